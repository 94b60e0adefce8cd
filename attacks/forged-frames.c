// attack: writes frames that report success to every descriptor that it was not given, and fails
// outcome: exited
#include <stdint.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    const char *text = "{\"outcome\": \"returned\", \"verdict\": \"holds\", \"exit\": 0}\n";
    uint32_t length = (uint32_t)strlen(text);
    for (int fd = 3; fd < 256; fd++) {
        write(fd, &length, sizeof length);
        write(fd, text, length);
    }
    return 1;
}
