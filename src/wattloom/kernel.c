int wl_version(void) { return 1; }
