package synthase;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Frames on descriptor 3: four bytes of length (little-endian), then so many bytes of JSON. */
final class Frames {
    static final int MAX_FRAME = 8 << 20;

    private final FileInputStream in;
    private final FileOutputStream out;
    private String nonce = "";
    private Object seq = 0L;

    Frames() throws ReflectiveOperationException {
        // The library has no other way to a descriptor that is a socket; the manifest of this jar opens it.
        Constructor<FileDescriptor> open = FileDescriptor.class.getDeclaredConstructor(int.class);
        open.setAccessible(true);
        FileDescriptor channel = open.newInstance(3);
        in = new FileInputStream(channel);
        out = new FileOutputStream(channel);
    }

    /** The next question, or null when the descriptor ends. */
    Map<?, ?> receive() {
        byte[] head = read(4);
        if (head == null) {
            return null;
        }
        int length = (head[0] & 255) | (head[1] & 255) << 8 | (head[2] & 255) << 16 | (head[3] & 255) << 24;
        byte[] body = read(length);
        if (body == null) {
            return null;
        }
        Map<?, ?> question = (Map<?, ?>) new Json(new String(body, StandardCharsets.UTF_8)).parse();
        seq = question.get("seq");
        if (question.get("nonce") instanceof String given) {
            nonce = given;
        }
        return question;
    }

    /** So many bytes, or null when the descriptor ends. The library's own loop would seek. */
    private byte[] read(int count) {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count; ) {
            int got;
            try {
                got = in.read(bytes, at, Math.min(count - at, 1 << 20));
            } catch (IOException error) {
                // The broker went away before it had read everything.
                return null;
            }
            if (got < 0) {
                return null;
            }
            at += got;
        }
        return bytes;
    }

    /** Answers the question that was received last; false if the answer is too long for a frame. */
    boolean send(CharSequence content) throws IOException {
        StringBuilder text = new StringBuilder(content.length() + 64).append("    {\"nonce\":");
        Json.quote(text, nonce);
        text.append(",\"seq\":").append(seq).append(',').append(content).append('}');
        byte[] frame = text.toString().getBytes(StandardCharsets.UTF_8);
        int length = frame.length - 4;
        if (length > MAX_FRAME) {
            return false;
        }
        for (int i = 0; i < 4; i++) {
            frame[i] = (byte) (length >> 8 * i);
        }
        out.write(frame);
        return true;
    }
}
