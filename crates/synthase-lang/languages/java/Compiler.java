package synthase;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * What the compilers of the Java machine's languages have in common: a worker that compiles one program after the other
 * in one process, so that the compiler is loaded and warm, and the jar that comes of each. Nothing of a program is run.
 */
abstract class Compiler {
    private static final long STACK_BYTES = 64L << 20;

    /** What the compiler says about a program that it refuses. */
    static final class Refused extends Exception {
        Refused(String message) {
            super(message, null, false, false);
        }
    }

    /** The class files that come of these sources, by their names in a jar. */
    abstract Map<String, byte[]> compile(Map<String, String> sources) throws Refused, IOException;

    /** As a worker without arguments; else compiles the first file to the second. */
    final void start(String[] args) {
        start(args, System.err);
    }

    /** `errors` is where a refusal goes that no worker tells. */
    final void start(String[] args, PrintStream errors) {
        // Compilers recurse as deep as their sources are nested.
        new Thread(null, () -> {
            try {
                run(args, errors);
            } catch (Throwable error) {
                // A fault of the compiler or of ours, and no word about the program.
                error.printStackTrace(errors);
                Runtime.getRuntime().halt(70);
            }
        }, "main", STACK_BYTES).start();
    }

    private void run(String[] args, PrintStream errors) throws IOException, ReflectiveOperationException {
        if (args.length == 0) {
            serve();
            Runtime.getRuntime().halt(0);
        }
        try {
            String text = Files.readString(Path.of(args[0]));
            Files.write(Path.of(args[1]), jar(compile(Map.of(Path.of(args[0]).getFileName().toString(), text))));
        } catch (Refused refused) {
            errors.println(refused.getMessage());
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().halt(0);
    }

    private void serve() throws IOException, ReflectiveOperationException {
        Frames frames = new Frames();
        for (Map<?, ?> question; (question = frames.receive()) != null; ) {
            if (question.get("op").equals("hello")) {
                frames.send("\"ready\":true");
                continue;
            }
            String answer;
            try {
                Map<String, String> sources = new LinkedHashMap<>();
                for (Map.Entry<?, ?> file : ((Map<?, ?>) question.get("files")).entrySet()) {
                    sources.put((String) file.getKey(), (String) file.getValue());
                }
                answer = "\"output\":\"" + Base64.getEncoder().encodeToString(jar(compile(sources))) + "\"";
            } catch (Refused refused) {
                answer = "\"refused\":" + Json.quoted(refused.getMessage());
            }
            if (!frames.send(answer)) {
                frames.send("\"refused\":\"more than 8 MiB\"");
            }
        }
    }

    /** The same classes give the same jar: it has no times. */
    private static byte[] jar(Map<String, byte[]> classes) throws IOException {
        byte[] plain = jar(classes, null);
        String main = new Program(plain, Compiler.class.getClassLoader()).mainClass();
        return main == null ? plain : jar(classes, main);
    }

    private static byte[] jar(Map<String, byte[]> classes, String main) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes)) {
            jar.setLevel(1);
            if (main != null) {
                Manifest manifest = new Manifest();
                manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
                manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main);
                put(jar, "META-INF/MANIFEST.MF");
                manifest.write(jar);
                jar.closeEntry();
            }
            for (Map.Entry<String, byte[]> file : classes.entrySet()) {
                put(jar, file.getKey());
                jar.write(file.getValue());
                jar.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static void put(JarOutputStream jar, String name) throws IOException {
        JarEntry entry = new JarEntry(name);
        entry.setTimeLocal(java.time.LocalDateTime.of(2000, 1, 1, 0, 0));
        jar.putNextEntry(entry);
    }

    /** An empty folder of the work folder, and the sources in it: for compilers that want files. */
    static Path folder(Map<String, String> sources) throws IOException {
        Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "unit");
        for (Map.Entry<String, String> file : sources.entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue(), StandardCharsets.UTF_8);
        }
        return folder;
    }

    /** The files below a folder, in the order of their names. */
    static Map<String, byte[]> read(Path folder) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (var found = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) found.filter(Files::isRegularFile).sorted()::iterator) {
                files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    static void remove(Path folder) throws IOException {
        try (var found = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) found.sorted(java.util.Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        }
    }
}
