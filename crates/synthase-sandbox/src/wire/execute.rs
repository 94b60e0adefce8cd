//! A program with its arguments and its environment, on its way to the process that becomes it.

use std::ffi::{CString, OsString};
use std::os::unix::ffi::OsStringExt;

use super::codec::{Reader, Writer};

/// What to execute.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Execute {
    /// The path; without meaning if the program comes as a descriptor.
    pub(crate) path: OsString,
    /// Its arguments, beginning with its name.
    pub(crate) argv: Vec<OsString>,
    /// Its environment.
    pub(crate) env: Vec<(OsString, OsString)>,
}

impl Execute {
    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.text(&self.path);
        writer.list(&self.argv, |w, arg| {
            w.text(arg);
        });
        writer.list(&self.env, |w, (name, value)| {
            w.text(name).text(value);
        });
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Option<Execute> {
        Some(Execute { path: r.text()?, argv: r.list(|r| r.text())?, env: r.list(|r| Some((r.text()?, r.text()?)))? })
    }

    /// Whether a string could not be handed to the kernel.
    pub(crate) fn has_zero_byte(&self) -> bool {
        let zero = |text: &OsString| text.as_encoded_bytes().contains(&0);
        zero(&self.path) || self.argv.iter().any(zero) || self.env.iter().any(|(name, value)| zero(name) || zero(value))
    }

    /// As the kernel wants it: path, arguments, environment. A zero byte ends a string there, so
    /// strings that contain one have been refused.
    pub(crate) fn strings(self) -> Option<(CString, Vec<CString>, Vec<CString>)> {
        let text = |text: OsString| CString::new(text.into_vec()).ok();
        let argv = self.argv.into_iter().map(text).collect::<Option<_>>()?;
        let env = self.env.into_iter().map(|(mut name, value)| {
            name.push("=");
            name.push(value);
            text(name)
        });
        Some((text(self.path)?, argv, env.collect::<Option<_>>()?))
    }
}
