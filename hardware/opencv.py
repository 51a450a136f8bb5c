"""OpenCV as this package uses it: limits set before the library reads them, one thread."""

import os

# A 109 KB PNG can ask for 5 GB; OpenCV reads these limits once, when it is loaded.
# 64 megapixels is an 8K frame twice over.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 26))
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_WIDTH", "16384")
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_HEIGHT", "16384")
# A missing camera is a state we report ourselves; OpenCV would add lines on stderr at each try.
os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# A stalled V4L2 camera otherwise blocks read() for 10 s.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")

import cv2

# Decoding must not take the other cores from the window, and processes with a thread per core wait for each other
# (measured: three times slower on a busy machine).
cv2.setNumThreads(1)

__all__ = ["cv2"]
