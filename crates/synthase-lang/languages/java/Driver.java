package synthase;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The end of the conversation between the broker and a program that the compiler of a language of the Java machine
 * made. It serves Java, Kotlin and Scala; what the languages differ in is how their values are made and read.
 *
 * The frames are those of all drivers. What this class does is done in the program's own process: it can say what the
 * program answers, and nothing else.
 */
public final class Driver implements Runnable {
    /** Deep recursion is usual in programs; only what is used of a stack takes memory. */
    private static final long STACK_BYTES = 64L << 20;

    private final String language;
    private final Frames frames;
    private Program program;
    private Decode decode;
    private Encode encode;
    private List<?> paramTypes = List.of();
    private Object returnType = "any";

    private Driver(String language) throws ReflectiveOperationException {
        this.language = language;
        this.frames = new Frames();
    }

    public static void main(String[] args) throws ReflectiveOperationException {
        new Thread(null, new Driver(args[0]), "main", STACK_BYTES).start();
    }

    @Override
    public void run() {
        try {
            for (Map<?, ?> question; (question = frames.receive()) != null; ) {
                String answer = answer(question);
                System.out.flush();
                System.err.flush();
                if (!frames.send(answer)) {
                    frames.send(tooLong(question));
                }
            }
        } catch (Throwable error) {
            // Nothing of the program comes here: the conversation itself is broken.
            error.printStackTrace();
            Runtime.getRuntime().halt(70);
        }
        Runtime.getRuntime().halt(0);
    }

    private String answer(Map<?, ?> question) throws IOException {
        switch ((String) question.get("op")) {
            case "hello":
                return "\"ready\":true";
            case "load":
                String loaded = load(question);
                boolean asks = loaded.equals(LOADED) && question.get("calls") != null;
                return asks ? loaded + "," + calls(question) : loaded;
            default:
                return calls(question);
        }
    }

    private static final String LOADED = "\"loaded\":true";

    private static String tooLong(Map<?, ?> question) {
        String loaded = "load".equals(question.get("op")) ? LOADED + "," : "";
        boolean several = ((List<?>) question.get("calls")).size() > 1;
        return loaded + (several ? "\"split\":true" : "\"answers\":[{\"invalid\":\"more than 8 MiB\"}]");
    }

    private String load(Map<?, ?> question) throws IOException {
        Map<?, ?> types = (Map<?, ?>) question.get("types");
        paramTypes = (List<?>) types.get("params");
        returnType = types.get("returns");
        byte[] jar = Base64.getDecoder().decode((String) question.get("artefact"));
        program = new Program(jar, ClassLoader.getPlatformClassLoader());
        Thread.currentThread().setContextClassLoader(program);
        decode = new Decode(language, program);
        encode = new Encode();
        if (!program.find((String) question.get("entry"), paramTypes.size())) {
            return "\"missing\":true";
        }
        try {
            program.initialise();
        } catch (Throwable error) {
            return "\"load\":" + describe(Program.own(error));
        }
        return LOADED;
    }

    private String calls(Map<?, ?> question) {
        StringBuilder out = new StringBuilder("\"answers\":[");
        boolean first = true;
        for (Object args : (List<?>) question.get("calls")) {
            if (!first) {
                out.append(',');
            }
            first = false;
            call(out, (List<?>) args, Boolean.TRUE.equals(question.get("after")), Boolean.TRUE.equals(question.get("loose")));
        }
        return out.append(']').toString();
    }

    private void call(StringBuilder out, List<?> given, boolean after, boolean loose) {
        Method entry = null;
        Object[] args = null;
        String unfit = "";
        for (Method overload : program.entries()) {
            try {
                args = decode.args(given, overload, paramTypes);
                entry = overload;
                break;
            } catch (Decode.Unfit error) {
                unfit = error.getMessage();
            }
        }
        if (entry == null) {
            out.append("{\"unfit\":").append(Json.quoted(unfit)).append('}');
            return;
        }
        int start = out.length();
        try {
            Object result = Program.call(entry, args);
            out.append("{\"value\":");
            encode.write(out, result, returnType, loose);
        } catch (Encode.NoValue error) {
            out.setLength(start);
            out.append("{\"invalid\":").append(Json.quoted(error.getMessage()));
        } catch (Throwable error) {
            out.setLength(start);
            out.append("{\"raised\":").append(describe(Program.own(error)));
        }
        if (after) {
            out.append(",\"after\":");
            writeAfter(out, args);
        }
        out.append('}');
    }

    private void writeAfter(StringBuilder out, Object[] args) {
        int start = out.length();
        try {
            out.append('[');
            for (int i = 0; i < args.length; i++) {
                out.append(i == 0 ? "" : ",");
                encode.write(out, args[i], i < paramTypes.size() ? paramTypes.get(i) : "any", false);
            }
            out.append(']');
        } catch (Throwable error) {
            // One of them has no form, or its own methods raise.
            out.setLength(start);
            out.append("null");
        }
    }

    /** The kind, the message and the base kinds of an error; a class that lies about itself only harms itself. */
    private static String describe(Throwable error) {
        String message;
        try {
            message = error.getMessage();
        } catch (Throwable another) {
            message = "";
        }
        StringBuilder out = new StringBuilder("[").append(Json.quoted(kind(error.getClass())));
        out.append(',').append(Json.quoted(message)).append(",[");
        String separator = "";
        for (Class<?> base = error.getClass().getSuperclass(); base != null && base != Object.class; base = base.getSuperclass()) {
            out.append(separator).append(Json.quoted(kind(base)));
            separator = ",";
        }
        return out.append("]]").toString();
    }

    /** The simple name; of an anonymous class the one that it is declared with. */
    private static String kind(Class<?> type) {
        String name = type.getName();
        name = name.substring(name.lastIndexOf('.') + 1);
        int nested = name.lastIndexOf('$', name.length() - 2);
        boolean local = nested >= 0 && nested + 1 < name.length() && Character.isDigit(name.charAt(nested + 1));
        return local ? name : name.substring(nested + 1);
    }
}
