using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading;

namespace Synthase {
    /// <summary>
    /// The end of the conversation between the broker and a C# program, which comes compiled. The frames are those of all
    /// drivers. What this class does is done in the program's own process: it can say what the program answers, and
    /// nothing else.
    /// </summary>
    static class Driver {
        // Deep recursion is usual in programs, and here its end cannot be caught.
        const int StackBytes = 64 << 20;
        const string Loaded = "\"loaded\":true";

        static readonly Frames frames = new Frames();
        static List<MethodInfo> entries = new List<MethodInfo>();
        static List<object> paramTypes = new List<object>();
        static object returnType = "any";

        static int Main() {
            var thread = new Thread(Serve, StackBytes);
            thread.Start();
            thread.Join();
            // Threads of the program may still run; they end here.
            Environment.Exit(0);
            return 0;
        }

        static void Serve() {
            Dictionary<string, object> question;
            while ((question = frames.Receive()) != null) {
                var answer = Answer(question);
                Console.Out.Flush();
                Console.Error.Flush();
                if (!frames.Send(answer)) frames.Send(TooLong(question));
            }
        }

        static string Answer(Dictionary<string, object> question) {
            switch ((string)question["op"]) {
                case "hello": return "\"ready\":true";
                case "load":
                    var loaded = Load(question);
                    return loaded == Loaded && question.ContainsKey("calls") ? loaded + "," + Calls(question) : loaded;
                default: return Calls(question);
            }
        }

        static string TooLong(Dictionary<string, object> question) {
            var loaded = "load".Equals(question["op"]) ? Loaded + "," : "";
            var several = ((List<object>)question["calls"]).Count > 1;
            return loaded + (several ? "\"split\":true" : "\"answers\":[{\"invalid\":\"more than 8 MiB\"}]");
        }

        static string Load(Dictionary<string, object> question) {
            var types = (Dictionary<string, object>)question["types"];
            paramTypes = (List<object>)types["params"];
            returnType = types["returns"];
            var program = Assembly.Load(Convert.FromBase64String((string)question["artefact"]));
            entries = Entry.Find(program, (string)question["entry"], paramTypes.Count);
            if (entries.Count == 0) return "\"missing\":true";
            try {
                RuntimeHelpers.RunClassConstructor(entries[0].DeclaringType.TypeHandle);
            } catch (Exception error) {
                return "\"load\":" + Describe(Own(error));
            }
            return Loaded;
        }

        static string Calls(Dictionary<string, object> question) {
            var made = new StringBuilder("\"answers\":[");
            var separator = "";
            foreach (List<object> args in (List<object>)question["calls"]) {
                made.Append(separator);
                separator = ",";
                Call(made, args, Says(question, "after"), Says(question, "loose"));
            }
            return made.Append(']').ToString();
        }

        static bool Says(Dictionary<string, object> question, string what) {
            return question.TryGetValue(what, out var value) && true.Equals(value);
        }

        static void Call(StringBuilder made, List<object> given, bool after, bool loose) {
            MethodInfo entry = null;
            object[] args = null;
            var unfit = "";
            foreach (var overload in entries) {
                try {
                    args = Decode.Args(given, overload, paramTypes);
                    entry = overload;
                    break;
                } catch (Exception error) {
                    unfit = Own(error).Message;
                }
            }
            if (entry == null) {
                made.Append("{\"unfit\":").Append(Json.Quoted(unfit)).Append('}');
                return;
            }
            var start = made.Length;
            try {
                var result = Entry.Call(entry, args);
                made.Append("{\"value\":");
                Encode.Write(made, result, returnType, loose);
            } catch (NoValue error) {
                made.Length = start;
                made.Append("{\"invalid\":").Append(Json.Quoted(error.Message));
            } catch (Exception error) {
                made.Length = start;
                made.Append("{\"raised\":").Append(Describe(Own(error)));
            }
            if (after) {
                made.Append(",\"after\":");
                WriteAfter(made, args, given.Count);
            }
            made.Append('}');
        }

        static void WriteAfter(StringBuilder made, object[] args, int count) {
            var start = made.Length;
            try {
                made.Append('[');
                for (var i = 0; i < count; i++) {
                    if (i > 0) made.Append(',');
                    Encode.Write(made, args[i], i < paramTypes.Count ? paramTypes[i] : "any", false);
                }
                made.Append(']');
            } catch (Exception) {
                // One of them has no form, or its own methods raise.
                made.Length = start;
                made.Append("null");
            }
        }

        /// <summary>The error of the program below the ones that reflection and initialisation put around it.</summary>
        static Exception Own(Exception error) {
            while ((error is TargetInvocationException || error is TypeInitializationException) && error.InnerException != null) {
                error = error.InnerException;
            }
            return error;
        }

        /// <summary>The kind, the message and the base kinds; a class that lies about itself only harms itself.</summary>
        static string Describe(Exception error) {
            string message;
            try {
                message = error.Message;
            } catch (Exception) {
                message = "";
            }
            var made = new StringBuilder("[").Append(Json.Quoted(error.GetType().Name)).Append(',').Append(Json.Quoted(message)).Append(",[");
            var separator = "";
            for (var kind = error.GetType().BaseType; kind != null && kind != typeof(object); kind = kind.BaseType) {
                made.Append(separator).Append(Json.Quoted(kind.Name));
                separator = ",";
            }
            return made.Append("]]").ToString();
        }
    }
}
