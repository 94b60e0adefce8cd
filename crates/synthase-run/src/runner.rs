//! What this machine offers: one sandbox, and the toolchains and jails of each language.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use synthase_lang::Language;
use synthase_sandbox::{Jail, Options, Sandbox, View};
use synthase_types::Isolation;
use synthase_types::id::Digest;

use crate::cache::Cache;
use crate::cancel::Cancel;
use crate::error::RunError;
use crate::lane::Lane;
use crate::packages;
use crate::prepare::{self, Prepared, SHOWN_AT};
use crate::toolchain::Toolchain;

/// How a runner is set up.
#[derive(Debug, Clone, Default)]
pub struct RunnerOptions {
    /// The isolation level to use; the strongest that works where none is named.
    pub isolation: Option<Isolation>,
    /// Whether a level that hides nothing from a program may be used.
    pub allow_weak: bool,
    /// Where compiled programs are kept; none keeps them for the life of the runner only.
    pub cache: Option<PathBuf>,
    /// What stops everything from outside.
    pub cancel: Cancel,
}

/// What this machine offers. Shared by all workers.
pub struct Runner {
    pub(crate) sandbox: Sandbox,
    pub(crate) cache: Cache,
    pub(crate) cancel: Cancel,
    /// Held for reading by every run, and for writing by one that must be alone.
    turn: RwLock<()>,
    /// What was found of each language, once somebody asked.
    environments: Mutex<HashMap<String, Arc<Mutex<Option<Found>>>>>,
    nonces: AtomicU64,
    /// The cache's folder, if it lives no longer than the runner.
    _temporary: Option<tempfile::TempDir>,
}

type Found = Arc<Result<Installed, Missing>>;

/// A language as it is installed here.
pub(crate) struct Installed {
    pub(crate) toolchain: Toolchain,
    /// What is needed to run programs; made when the first one is run.
    ready: Mutex<BTreeMap<BTreeMap<String, String>, Ready>>,
}

/// What is needed to run programs of a language.
#[derive(Clone)]
pub(crate) struct Ready {
    /// With `{prepared}` among its slots.
    pub(crate) toolchain: Toolchain,
    pub(crate) jail: Jail,
    pub(crate) prepared: Option<Digest>,
    /// Variables beside those of the language.
    pub(crate) variables: Vec<(String, String)>,
    /// What warm interpreters import beforehand, beside what they always do.
    pub(crate) preload: Vec<String>,
}

/// A language that is not, in words.
struct Missing {
    why: String,
    install: String,
}

impl Runner {
    /// A runner.
    ///
    /// # Errors
    /// No isolation level works here, or the one that was asked for does not.
    pub fn new(options: RunnerOptions) -> Result<Runner, RunError> {
        let sandbox = Sandbox::new(&Options { level: options.isolation, allow_rlimits: options.allow_weak })?;
        let (folder, temporary) = match options.cache {
            Some(folder) => (folder, None),
            None => {
                let made = tempfile::Builder::new().prefix("synthase-cache-").tempdir();
                let operation = "make a temporary folder";
                let temporary = made.map_err(|source| RunError::File { operation, source })?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        Ok(Runner {
            sandbox,
            cache: Cache::new(folder),
            cancel: options.cancel,
            turn: RwLock::new(()),
            environments: Mutex::default(),
            nonces: AtomicU64::new(0),
            _temporary: temporary,
        })
    }

    /// A place for one worker.
    pub fn lane(&self) -> Lane<'_> {
        Lane::new(self)
    }

    /// Behind which walls programs run.
    pub fn isolation(&self) -> Isolation {
        self.sandbox.level()
    }

    /// The sandbox itself.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The tools of a language.
    ///
    /// # Errors
    /// They are not there or do not answer.
    pub fn toolchain(&self, language: &Language) -> Result<Toolchain, RunError> {
        self.with(language, |installed| installed.toolchain.clone())
    }

    /// Looks a language up once and remembers what was found.
    pub(crate) fn with<T>(&self, language: &Language, look: impl FnOnce(&Installed) -> T) -> Result<T, RunError> {
        match &*self.find(language)? {
            Ok(installed) => Ok(look(installed)),
            Err(Missing { why, install }) => Err(RunError::MissingTool {
                language: language.title.clone(),
                why: why.clone(),
                install: install.clone(),
            }),
        }
    }

    /// What is needed to run programs of a language with these packages, made if this is the first time.
    pub(crate) fn ready(&self, language: &Language, packages: &BTreeMap<String, String>) -> Result<Ready, RunError> {
        self.with(language, |installed| {
            // Held while it is made, so that two workers do not make it at the same time.
            let mut known = installed.ready.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(ready) = known.get(packages) {
                return Ok(ready.clone());
            }
            let ready = self.make_ready(language, &installed.toolchain, packages)?;
            Ok(known.entry(packages.clone()).or_insert(ready).clone())
        })?
    }

    fn make_ready(
        &self,
        language: &Language,
        toolchain: &Toolchain,
        wanted: &BTreeMap<String, String>,
    ) -> Result<Ready, RunError> {
        let (mut toolchain, mut view) = (toolchain.clone(), view(toolchain));
        let prepared = match &language.prepare {
            None => None,
            Some(prepare) => {
                let place = || Ok((self.sandbox.jail(&view)?, self.sandbox.slot()?));
                let Prepared { folder, digest } =
                    prepare::prepare(language, prepare, &toolchain, self.cache.folder(), place)?;
                // The same name everywhere, where that is possible: it is part of keys of the cache.
                let inside = match self.isolation() >= Isolation::Namespaces {
                    true => SHOWN_AT.to_owned(),
                    false => folder.to_string_lossy().into_owned(),
                };
                toolchain.slots.insert("prepared".to_owned(), inside);
                view = view.show(folder, SHOWN_AT);
                Some(digest)
            }
        };
        let found = packages::Found::find(language, &toolchain, wanted)?;
        if !wanted.is_empty() {
            toolchain.version = format!("{} with {}", toolchain.version, found.identity());
        }
        let (view, folder) = found.show(view, self.isolation());
        let of_packages = language.packages.as_ref();
        let variable = of_packages.zip(folder).map(|(packages, folder)| (packages.variable.clone(), folder));
        let preload = |name: &String| of_packages.and_then(|packages| packages.preload.get(name)).cloned();
        let preload = wanted.keys().filter_map(preload).flatten().collect();
        let jail = self.sandbox.jail(&view)?;
        Ok(Ready { jail, toolchain, prepared, variables: variable.into_iter().collect(), preload })
    }

    fn find(&self, language: &Language) -> Result<Found, RunError> {
        let known = {
            let mut environments = self.environments.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(environments.entry(language.name.clone()).or_default())
        };
        // Held while this language's tools are asked, so that two workers do not ask them at the same time.
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = &*known {
            return Ok(Arc::clone(found));
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let found = match Toolchain::find(language, &path) {
            Ok(toolchain) => Ok(Installed { toolchain, ready: Mutex::default() }),
            Err(RunError::MissingTool { why, install, .. }) => Err(Missing { why, install }),
            Err(other) => return Err(other),
        };
        let found = Arc::new(found);
        *known = Some(Arc::clone(&found));
        Ok(found)
    }

    pub(crate) fn check_cancelled(&self) -> Result<(), RunError> {
        if self.cancel.is_cancelled() { Err(RunError::Cancelled) } else { Ok(()) }
    }

    /// The turn of a run that does not mind others beside it.
    pub(crate) fn share(&self) -> RwLockReadGuard<'_, ()> {
        self.turn.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turn of a run that must be alone: it waits for the others to end, and they wait for it.
    pub(crate) fn alone(&self) -> RwLockWriteGuard<'_, ()> {
        self.turn.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// A word that names one conversation. It only tells answers of different runs apart; knowing it
    /// gives a program no power, because the broker believes nothing but "this is its answer".
    pub(crate) fn nonce(&self) -> String {
        format!("{:x}-{:x}", std::process::id(), self.nonces.fetch_add(1, Ordering::Relaxed))
    }
}

fn view(toolchain: &Toolchain) -> View {
    let mut view = View::system();
    view.allow.push(toolchain.program.clone());
    view.allow.extend(toolchain.allow.iter().cloned());
    view.mask.extend(toolchain.mask.iter().cloned());
    view
}
