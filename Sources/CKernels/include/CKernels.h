int tacit_kernels_placeholder(void);
