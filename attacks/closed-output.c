// attack: closes standard output and all else, and ends as if it had answered
// outcome: exited
#include <unistd.h>

int main(void) {
    for (int fd = 0; fd < 4096; fd++) close(fd);
    return 0;
}
