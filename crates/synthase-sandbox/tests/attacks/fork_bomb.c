// limits: cpu=1s wall=5s processes=32
// levels: full namespaces
// expect: cpu-timeout
#include <unistd.h>
int main(void) { for (;;) fork(); }
