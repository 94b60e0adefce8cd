package synthase;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The classes of a jar, from memory, and the method in them that is called. */
final class Program extends ClassLoader {
    private final Map<String, byte[]> files = new LinkedHashMap<>();

    /** Methods of the entry point's name in one class: more than one where it is overloaded. */
    private final List<Method> entries = new ArrayList<>();

    /** `library` is the class loader above; that of a run holds nothing of this driver. */
    Program(byte[] jar, ClassLoader library) throws IOException {
        super(library);
        ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(jar));
        for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
            files.put(entry.getName(), zip.readAllBytes());
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] code = files.get(name.replace('.', '/') + ".class");
        if (code == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, code, 0, code.length);
    }

    @Override
    public InputStream getResourceAsStream(String name) {
        byte[] file = files.get(name);
        return file == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(file);
    }

    /** The classes, loaded and not initialised. One that cannot be linked is left out. */
    List<Class<?>> classes() {
        List<Class<?>> found = new ArrayList<>();
        for (String name : files.keySet()) {
            if (name.endsWith(".class") && !name.startsWith("META-INF/")) {
                try {
                    Class<?> type = loadClass(name.substring(0, name.length() - 6).replace('/', '.'));
                    type.getDeclaredMethods();
                    found.add(type);
                } catch (ClassNotFoundException | LinkageError error) {
                    continue;
                }
            }
        }
        return found;
    }

    /** The class that starts the program when it is run by itself, or null. */
    String mainClass() {
        String other = null;
        for (Class<?> type : classes()) {
            for (Method method : type.getDeclaredMethods()) {
                if (!method.getName().equals("main")) {
                    continue;
                }
                Class<?>[] params = method.getParameterTypes();
                boolean takesArgs = params.length == 1 && params[0] == String[].class;
                int modifiers = method.getModifiers();
                if (takesArgs && Modifier.isStatic(modifiers) && Modifier.isPublic(modifiers)) {
                    return type.getName();
                }
                // Newer launchers start these, too.
                if ((takesArgs || params.length == 0) && !Modifier.isPrivate(modifiers) && other == null) {
                    other = type.getName();
                }
            }
        }
        return other;
    }

    /** Finds the entry point; false if there is no method of that name. One that takes so many arguments goes first. */
    boolean find(String name, int count) {
        int best = Integer.MAX_VALUE;
        for (Class<?> type : classes()) {
            for (Method method : type.getDeclaredMethods()) {
                if (!method.getName().equals(name) || method.isSynthetic()) {
                    continue;
                }
                int rank = rank(method) + (method.getParameterCount() == count ? 0 : 10);
                if (rank < best) {
                    best = rank;
                    entries.clear();
                }
                if (rank == best && (entries.isEmpty() || entries.get(0).getDeclaringClass() == type)) {
                    method.setAccessible(true);
                    entries.add(method);
                }
            }
        }
        // From the narrower parameters to the wider ones; the library promises no order.
        for (int i = 1; i < entries.size(); i++) {
            for (int j = i; j > 0 && compare(entries.get(j - 1), entries.get(j)) > 0; j--) {
                Collections.swap(entries, j - 1, j);
            }
        }
        return best < 100;
    }

    private static int rank(Method method) {
        int modifiers = method.getModifiers();
        int hidden = Modifier.isPublic(modifiers) ? 0 : Modifier.isPrivate(modifiers) ? 4 : 1;
        if (Modifier.isAbstract(modifiers)) {
            return 100;
        }
        if (Modifier.isStatic(modifiers)) {
            return hidden;
        }
        Class<?> type = method.getDeclaringClass();
        return 2 + hidden + (single(type) != null || maker(type) != null ? 0 : 100);
    }

    private static int compare(Method a, Method b) {
        int by = Integer.compare(width(a), width(b));
        return by != 0 ? by : a.toGenericString().compareTo(b.toGenericString());
    }

    private static int width(Method method) {
        int width = 0;
        for (Class<?> type : method.getParameterTypes()) {
            Class<?> boxed = Decode.boxed(type);
            width += boxed == Object.class ? 9 : boxed == Double.class || boxed == Float.class ? 3 : boxed == Long.class ? 1 : 0;
        }
        return width;
    }

    /** The field that holds the one instance of a Kotlin or Scala object, or null. */
    private static Field single(Class<?> type) {
        for (Field field : type.getDeclaredFields()) {
            boolean named = field.getName().equals("INSTANCE") || field.getName().equals("MODULE$");
            if (named && field.getType() == type && Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                return field;
            }
        }
        return null;
    }

    private static Constructor<?> maker(Class<?> type) {
        try {
            if (Modifier.isAbstract(type.getModifiers())) {
                return null;
            }
            Constructor<?> maker = type.getDeclaredConstructor();
            maker.setAccessible(true);
            return maker;
        } catch (NoSuchMethodException error) {
            return null;
        }
    }

    List<Method> entries() {
        return entries;
    }

    /** Initialises the class of the entry point: what its text does before it can be called. */
    void initialise() throws ClassNotFoundException {
        String name = entries.get(0).getDeclaringClass().getName();
        Class.forName(name, true, this);
        // What stands in an object of Scala is done in the class behind the one with its static methods.
        if (files.containsKey(name.replace('.', '/') + "$.class")) {
            Class.forName(name + "$", true, this);
        }
    }

    /** Calls it: a method that is not static on the one instance of its class, or else on a new one. */
    static Object call(Method method, Object[] args) throws ReflectiveOperationException {
        Object self = null;
        if (!Modifier.isStatic(method.getModifiers())) {
            Class<?> type = method.getDeclaringClass();
            Field single = single(type);
            self = single != null ? single.get(null) : maker(type).newInstance();
        }
        return method.invoke(self, args);
    }

    /** The error of the program below the ones that reflection and initialisation put around it. */
    static Throwable own(Throwable error) {
        while (error instanceof InvocationTargetException || error instanceof ExceptionInInitializerError) {
            Throwable cause = error.getCause();
            if (cause == null) {
                break;
            }
            error = cause;
        }
        return error;
    }
}
