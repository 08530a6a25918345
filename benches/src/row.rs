//! One line of the table.

use std::fmt;

/// One figure beside what it is compared to.
#[derive(Debug, Clone)]
pub struct Row {
    figure: String,
    adgen: String,
    compared: String,
    ratio: String,
    bench: &'static str,
}

impl Row {
    /// What is measured, by the bench of that name.
    pub fn new(bench: &'static str, figure: impl Into<String>) -> Self {
        Self { figure: figure.into(), adgen: String::new(), compared: "-".into(), ratio: "-".into(), bench }
    }

    /// What adgen takes or gives.
    pub fn adgen(mut self, value: impl Into<String>) -> Self {
        self.adgen = value.into();
        self
    }

    /// What it is compared with, and what that takes or gives.
    pub fn compared(mut self, what: impl Into<String>) -> Self {
        self.compared = what.into();
        self
    }

    /// adgen's value divided by the other's, where that means something.
    pub fn ratio(mut self, adgen: f64, other: f64) -> Self {
        if other.is_finite() && other > 0.0 {
            self.ratio = format!("{:.2}", adgen / other);
        }
        self
    }

    /// A ratio that was made of more than the two values, such as the middle of the runs' own.
    pub fn middle_ratio(mut self, ratio: f64) -> Self {
        self.ratio = format!("{ratio:.2}");
        self
    }

    /// Two ratios for each thing that it is compared with: `0.35 / 0.40; 0.78 / 0.73`.
    pub fn ratios(mut self, pairs: &[(f64, f64)]) -> Self {
        let ratios: Vec<_> = pairs.iter().map(|(adgen, other)| format!("{:.2}", adgen / other)).collect();
        self.ratio = ratios.chunks(2).map(|two| two.join(" / ")).collect::<Vec<_>>().join("; ");
        self
    }

    /// Prints it on standard output.
    pub fn print(self) {
        println!("{self}");
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { figure, adgen, compared, ratio, bench } = self;
        write!(f, "| {figure} | {adgen} | {compared} | {ratio} | `cargo bench -p adgen-benches --bench {bench}` |")
    }
}

/// Seconds for a cell.
pub fn seconds(value: f64) -> String {
    match value {
        value if value < 0.1 => format!("{:.1} ms", value * 1000.0),
        value if value < 10.0 => format!("{value:.2} s"),
        value => format!("{value:.1} s"),
    }
}

/// Bytes for a cell, in MB of a million.
pub fn bytes(value: f64) -> String {
    format!("{:.0} MB", value / 1e6)
}
