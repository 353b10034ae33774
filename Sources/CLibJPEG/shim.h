// jpeglib.h leaves it to its users to have declared FILE.
#include <stdio.h>
#include <jpeglib.h>
