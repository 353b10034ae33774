print("tacit-convert")
