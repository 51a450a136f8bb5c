"""How well and how cheaply barcodes are read, beside plain zxing-cpp and naive pyzbar (`make bench-decode`)."""
