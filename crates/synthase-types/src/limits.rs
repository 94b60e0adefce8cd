//! What a program may use, and the texts in which people write amounts.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What one run of a program on one probe may use. Each limit that is hit is an outcome of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Processor time of the whole process tree. This is the limit that judges a program.
    #[serde(with = "duration_text")]
    pub cpu: Duration,
    /// Elapsed time: a backstop against programs that wait. At least three times `cpu` unless
    /// stated otherwise, because a loaded machine must not change a verdict.
    #[serde(with = "duration_text")]
    pub wall: Duration,
    /// Bytes of memory of the whole process tree.
    #[serde(with = "size_text")]
    pub memory: u64,
    /// Bytes that may be written to standard output and standard error together.
    #[serde(with = "size_text")]
    pub output: u64,
    /// Bytes that may be written to the private file system.
    #[serde(with = "size_text")]
    pub disk: u64,
    /// Processes and threads alive at the same time.
    pub processes: u32,
    /// Open file descriptors per process.
    pub files: u32,
}

impl Limits {
    /// Limits for a run that needs so much processor time; everything else as in the default.
    pub fn for_cpu(cpu: Duration) -> Limits {
        Limits { cpu, wall: wall_backstop(cpu), ..Limits::default() }
    }
}

impl Default for Limits {
    /// Three seconds of processor time and half a gibibyte: what graders of Python functions give.
    fn default() -> Self {
        let cpu = Duration::from_secs(3);
        Limits {
            cpu,
            wall: wall_backstop(cpu),
            memory: 512 << 20,
            output: 16 << 20,
            disk: 64 << 20,
            processes: 64,
            files: 256,
        }
    }
}

/// The elapsed time after which a program with this processor time is stopped.
pub fn wall_backstop(cpu: Duration) -> Duration {
    cpu * 3
}

/// A text is not an amount of time or memory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseAmountError {
    /// Not a duration.
    #[error("`{0}` is not a duration (write for example 250ms, 3s or 2m)")]
    Duration(String),
    /// Not a size.
    #[error("`{0}` is not a size (write for example 64KiB, 256MiB or 1GiB)")]
    Size(String),
}

/// Reads a duration: a number followed by `us`, `ms`, `s`, `m` or `h`; seconds without a unit.
///
/// # Errors
/// Another text, or more than a hundred years.
pub fn parse_duration(text: &str) -> Result<Duration, ParseAmountError> {
    let error = || ParseAmountError::Duration(text.to_owned());
    let (number, unit) = split_unit(text).ok_or_else(error)?;
    let seconds = number
        * match unit {
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "" | "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            _ => return Err(error()),
        };
    Duration::try_from_secs_f64(seconds).ok().filter(|d| d.as_secs() < 100 * 366 * 86_400).ok_or_else(error)
}

/// Reads a size in bytes: a number followed by `B`, `KB`, `MB`, `GB` or `KiB`, `MiB`, `GiB`.
///
/// # Errors
/// Another text, or more than 2^63 bytes.
pub fn parse_size(text: &str) -> Result<u64, ParseAmountError> {
    let error = || ParseAmountError::Size(text.to_owned());
    let (number, unit) = split_unit(text).ok_or_else(error)?;
    let bytes = number
        * match unit.to_ascii_lowercase().as_str() {
            "" | "b" => 1.0,
            "k" | "kib" => 1024.0,
            "kb" => 1e3,
            "m" | "mib" => 1024.0 * 1024.0,
            "mb" => 1e6,
            "g" | "gib" => 1024.0 * 1024.0 * 1024.0,
            "gb" => 1e9,
            _ => return Err(error()),
        };
    if bytes < 9.2e18 { Ok(bytes as u64) } else { Err(error()) }
}

/// A non-negative number and the unit behind it.
fn split_unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    let number = text[..end].replace('_', "").parse().ok()?;
    Some((number, text[end..].trim()))
}

/// A duration as people write it, in the largest unit that keeps it exact.
pub fn show_duration(duration: Duration) -> impl fmt::Display {
    let micros = duration.as_micros();
    let units = [(3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1_000, "ms")];
    match units.into_iter().find(|(size, _)| micros >= *size && micros.is_multiple_of(*size)) {
        Some((size, unit)) => format!("{}{unit}", micros / size),
        None => format!("{micros}us"),
    }
}

/// A size as people write it, in the largest unit that keeps it exact.
pub fn show_size(bytes: u64) -> impl fmt::Display {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(size, _)| bytes >= *size && bytes.is_multiple_of(*size)) {
        Some((size, unit)) => format!("{}{unit}", bytes / size),
        None => format!("{bytes}B"),
    }
}

/// Serde: a number (of seconds or bytes) or a text with a unit is read; a text is written.
macro_rules! amount_text {
    ($module:ident, $amount:ty, $parse:expr, $show:expr) => {
        mod $module {
            use serde::{Deserialize, Deserializer, Serializer};

            #[derive(Deserialize)]
            #[serde(untagged)]
            enum Written {
                Number(f64),
                Text(String),
            }

            pub(super) fn serialize<S: Serializer>(amount: &$amount, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&$show(*amount))
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$amount, D::Error> {
                let text = match Written::deserialize(deserializer)? {
                    Written::Number(number) => number.to_string(),
                    Written::Text(text) => text,
                };
                $parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

amount_text!(duration_text, std::time::Duration, super::parse_duration, super::show_duration);
amount_text!(size_text, u64, super::parse_size, super::show_size);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_back() {
        for (text, micros) in [("250ms", 250_000), ("3s", 3_000_000), ("1.5s", 1_500_000), ("2m", 120_000_000)] {
            let duration = parse_duration(text).unwrap();
            assert_eq!(duration.as_micros(), micros);
            assert_eq!(parse_duration(&show_duration(duration).to_string()), Ok(duration));
        }
        assert_eq!(parse_size("64 MiB"), Ok(64 << 20));
        assert_eq!(show_size(1 << 30).to_string(), "1GiB");
        assert_eq!(show_size(1500).to_string(), "1500B");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "s", "-1s", "1 fortnight", "1e9s", "inf", "99999999999999h"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        assert!(parse_size("99999999999GiB").is_err());
    }

    #[test]
    fn limits_are_read_from_toml_and_json() {
        let limits: Limits = toml::from_str("cpu = 1\nmemory = \"64MiB\"").unwrap();
        assert_eq!((limits.cpu, limits.memory), (Duration::from_secs(1), 64 << 20));
        let json = serde_json::to_string(&limits).unwrap();
        assert_eq!(serde_json::from_str::<Limits>(&json).unwrap(), limits);
    }
}
