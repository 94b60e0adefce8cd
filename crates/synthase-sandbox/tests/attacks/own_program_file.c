// expect: exited 7
// Its own program file lies in no cache that others use: what is done to it is done to a copy.
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void) {
    char path[4096] = {0};
    chmod("/proc/self/exe", 04755);
    readlink("/proc/self/exe", path, sizeof path - 1);
    return strstr(path, "memfd:") ? 7 : 3;
}
