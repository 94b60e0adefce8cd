// limits: output=2MiB
// expect: output-limit
#include <stdio.h>
int main(void) { for (;;) fputs("no end in sight\n", stderr); }
