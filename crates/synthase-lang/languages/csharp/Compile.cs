using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Text;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Synthase {
    /// <summary>
    /// C#'s compiler as a worker that compiles one program after the other in one process, so that it is loaded and warm.
    /// Nothing of a program is run: no analysers and no generators. With two arguments after its own it compiles one file.
    /// </summary>
    static class Compile {
        const int StackBytes = 64 << 20;

        static int Main(string[] args) {
            // The compiler's own folder, and the one of the library's descriptions.
            AppDomain.CurrentDomain.AssemblyResolve += (_, wanted) => {
                var file = Path.Combine(args[0], new AssemblyName(wanted.Name).Name + ".dll");
                return File.Exists(file) ? Assembly.LoadFrom(file) : null;
            };
            var status = 0;
            // Compilers recurse as deep as their sources are nested.
            var thread = new Thread(() => status = Work.Run(args), StackBytes);
            thread.Start();
            thread.Join();
            return status;
        }

        /// <summary>A class of its own, because the compiler's types can only be looked for after `Main` has begun.</summary>
        static class Work {
            static readonly List<MetadataReference> library = new List<MetadataReference>();

            public static int Run(string[] args) {
                foreach (var file in Directory.GetFiles(args[1], "*.dll")) {
                    if (IsManaged(file)) library.Add(MetadataReference.CreateFromFile(file));
                }
                if (args.Length == 2) {
                    Serve();
                    return 0;
                }
                var sources = new Dictionary<string, object> { [Path.GetFileName(args[2])] = File.ReadAllText(args[2]) };
                var made = Made(sources, out var refused);
                if (made == null) {
                    Console.Error.WriteLine(refused);
                    return 1;
                }
                File.WriteAllBytes(args[3], made);
                return 0;
            }

            /// <summary>A folder of the library itself has files in it that are no descriptions.</summary>
            static bool IsManaged(string file) {
                try {
                    AssemblyName.GetAssemblyName(file);
                    return true;
                } catch (BadImageFormatException) {
                    return false;
                }
            }

            static void Serve() {
                var frames = new Frames();
                Dictionary<string, object> question;
                while ((question = frames.Receive()) != null) {
                    if ("hello".Equals(question["op"])) {
                        frames.Send("\"ready\":true");
                        continue;
                    }
                    var made = Made((Dictionary<string, object>)question["files"], out var refused);
                    var answer = made == null ? "\"refused\":" + Json.Quoted(refused) : "\"output\":\"" + Convert.ToBase64String(made) + "\"";
                    if (!frames.Send(answer)) frames.Send("\"refused\":\"more than 8 MiB\"");
                }
            }

            static byte[] Made(Dictionary<string, object> sources, out string refused) {
                var language = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview);
                var trees = new List<SyntaxTree>();
                foreach (var file in sources) {
                    trees.Add(CSharpSyntaxTree.ParseText(SourceText.From((string)file.Value, Encoding.UTF8), language, file.Key));
                }
                var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release,
                    allowUnsafe: true, deterministic: true, concurrentBuild: false, generalDiagnosticOption: ReportDiagnostic.Default,
                    nullableContextOptions: NullableContextOptions.Annotations, warningLevel: 0);
                var unit = CSharpCompilation.Create("main", trees, library, options);
                // A program that is only called has no `Main`.
                if (unit.GetEntryPoint(CancellationToken.None) == null) {
                    unit = unit.WithOptions(options.WithOutputKind(OutputKind.DynamicallyLinkedLibrary));
                }
                var made = new MemoryStream();
                var result = unit.Emit(made);
                refused = null;
                if (result.Success) return made.ToArray();
                var said = new StringBuilder();
                foreach (var found in result.Diagnostics) {
                    if (found.Severity == DiagnosticSeverity.Error) said.Append(found.ToString()).Append('\n');
                }
                refused = said.ToString();
                return null;
            }
        }
    }
}
