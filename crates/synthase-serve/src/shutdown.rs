//! Telling a server to stop.

use std::sync::Arc;

use tokio::sync::watch;

/// Tells a server to stop, from any thread. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Shutdown(Arc<watch::Sender<bool>>);

impl Default for Shutdown {
    fn default() -> Self {
        Shutdown(Arc::new(watch::Sender::new(false)))
    }
}

impl Shutdown {
    /// Lets the server take nothing new, answer what it has taken, and end.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether it has begun.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it begins.
    pub(crate) async fn begun(&self) {
        // It fails only if the sender is gone, and this is the sender.
        let _ = self.0.subscribe().wait_for(|begun| *begun).await;
    }
}
