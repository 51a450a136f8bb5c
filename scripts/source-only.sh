# The packages that ship no wheel: small, pure Python, built here with the locked tools. Everything else comes as a wheel.
# pydes: wanted by nfcpy. nkeys: identities of the venue's hub.
source_only="pydes,nkeys"
