// attack: writes a file of the host
// outcome: exited
// absent: /var/tmp/synthase-attack-raw-write
#include <fcntl.h>
#include <unistd.h>

int main(void) {
    int fd = open("/var/tmp/synthase-attack-raw-write", O_CREAT | O_WRONLY, 0644);
    if (fd >= 0) write(fd, "escaped\n", 8);
    return 0;
}
