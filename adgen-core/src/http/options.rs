//! [`HttpOptions`]: how a host wishes its calls to travel; and what is wrong with such wishes.
//!
//! May depend on `error` and its neighbours `address` and `proxy`.

use super::{address::shown_text, proxy::Proxies};
use crate::error::{Error, ErrorKind, Result};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem, pem::PemObject},
};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize, Serializer};
use std::{fmt, io::Read, path::Path, path::PathBuf, time::Duration};
use url::Url;

/// A server that takes longer to accept a connection counts as away, so that an outage costs seconds.
const CONNECT_S: f64 = 5.0;
/// A file that brings nothing for so long has broken off.
const READ_S: f64 = 30.0;
/// What both may be, in seconds.
const TIMES_S: std::ops::RangeInclusive<f64> = 0.1..=600.0;
/// The largest file of certificates: a system's whole list has a quarter of a megabyte.
const LARGEST: u64 = 4 << 20;

/// How calls travel: through which proxy, trusting whom, and how long a connection may take.
///
/// The default suits most machines: proxies as the environment says (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`,
/// `NO_PROXY`), the roots that the system trusts. It is given to a studio as the setting `http`, or by `with_http` to the builders of a
/// studio (for files) and of the accounts at Replicate and OpenAI, and checked there.
///
/// It can be read from and written to JSON and the like, with defaults for what is missing; unknown fields are errors.
/// The proxy's credentials are never written and never read.
///
/// ```
/// use adgen::HttpOptions;
///
/// let options = HttpOptions::default().with_proxy("http://proxy.example:3128").with_root_certificates_file("ca.pem");
/// # drop(options);
/// ```
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HttpOptions {
    /// The address of a proxy, `http://host:port` or `https://host:port`, without name and password. In place of the
    /// environment's, `NO_PROXY` included. Servers on this machine (loopback) are reached without it.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "without_secrets")]
    pub proxy: Option<String>,
    /// Roots that are trusted besides the system's, such as that of a proxy that opens secure connections.
    pub root_certificates: Vec<RootCertificates>,
    /// How long a server may take to accept a connection, in seconds: 0.1-600, 5 where not set.
    #[schemars(range(min = 0.1, max = 600.0))]
    pub connect_timeout_s: f64,
    /// How long nothing may come while a file is fetched, in seconds: 0.1-600, 30 where not set. Calls of an API have
    /// limits of their own.
    #[schemars(range(min = 0.1, max = 600.0))]
    pub read_timeout_s: f64,
    #[serde(skip)]
    credentials: Option<Credentials>,
}

/// For the proxy.
#[derive(Debug, Clone)]
pub(super) struct Credentials {
    pub(super) name: String,
    pub(super) password: SecretString,
}

/// Certificates of roots, one or more, as PEM text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RootCertificates {
    /// The text itself, with one or more blocks that begin with `-----BEGIN CERTIFICATE-----`.
    Pem(String),
    /// A file that holds such a text, at most 4 MiB; it is read when the account is made.
    File(PathBuf),
}

impl fmt::Debug for RootCertificates {
    /// Without the text: what stands there by mistake may be a private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pem(text) => write!(f, "Pem({} bytes)", text.len()),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            proxy: None,
            root_certificates: Vec::new(),
            connect_timeout_s: CONNECT_S,
            read_timeout_s: READ_S,
            credentials: None,
        }
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("proxy", &self.proxy.as_deref().map(shown_text))
            .field("root_certificates", &self.root_certificates)
            .field("connect_timeout_s", &self.connect_timeout_s)
            .field("read_timeout_s", &self.read_timeout_s)
            .finish_non_exhaustive()
    }
}

impl HttpOptions {
    /// All but servers on this machine are reached through this proxy, `http://host:port`.
    #[must_use]
    pub fn with_proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// The name and password that the proxy wants (HTTP Basic).
    #[must_use]
    pub fn with_proxy_credentials(mut self, name: impl Into<String>, password: SecretString) -> Self {
        self.credentials = Some(Credentials { name: name.into(), password });
        self
    }

    /// Trusts these roots besides the system's: one or more certificates as PEM. Can be called several times.
    #[must_use]
    pub fn with_root_certificates_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        // The blocks are ASCII; what stands around them is for people and may be in any encoding.
        self.root_certificates.push(RootCertificates::Pem(String::from_utf8_lossy(pem.as_ref()).into_owned()));
        self
    }

    /// The same from a file of at most 4 MiB.
    #[must_use]
    pub fn with_root_certificates_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.root_certificates.push(RootCertificates::File(path.into()));
        self
    }

    /// How long a server may take to accept a connection: 0.1-600 s.
    #[must_use]
    pub fn with_connect_timeout(mut self, time: Duration) -> Self {
        self.connect_timeout_s = time.as_secs_f64();
        self
    }

    /// How long nothing may come while a file is fetched: 0.1-600 s.
    #[must_use]
    pub fn with_read_timeout(mut self, time: Duration) -> Self {
        self.read_timeout_s = time.as_secs_f64();
        self
    }

    /// Checks everything, and reads the files.
    ///
    /// # Errors
    /// `InvalidConfig`, which names the field, the value and what is allowed; `NotFound` or `Io` for a file that cannot be
    /// read.
    pub(super) fn check(self) -> Result<Checked> {
        let Self { proxy, root_certificates, connect_timeout_s, read_timeout_s, credentials } = self;
        let proxy = proxy.as_deref().map(proxy_url).transpose()?;
        if credentials.is_some() && proxy.is_none() {
            return Err(Wrong::NoProxy.into());
        }
        let mut roots = Vec::new();
        for (index, source) in root_certificates.iter().enumerate() {
            roots.extend(
                read(source).map_err(|error| error.with_context("field", format!("root_certificates[{index}]")))?,
            );
        }
        Ok(Checked {
            proxies: Proxies::new(proxy),
            credentials,
            roots,
            connect: time("connect_timeout_s", connect_timeout_s)?,
            silence: time("read_timeout_s", read_timeout_s)?,
        })
    }
}

/// Options that can be used.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) proxies: Proxies,
    pub(super) credentials: Option<Credentials>,
    pub(super) roots: Vec<CertificateDer<'static>>,
    pub(super) connect: Duration,
    pub(super) silence: Duration,
}

/// What is wrong with options.
#[derive(Debug, thiserror::Error)]
enum Wrong {
    #[error("proxy is {0:?}, which is no address: http://host:port or https://host:port is one")]
    Proxy(String),
    #[error("proxy carries a name or password: remove them, and give them to with_proxy_credentials")]
    ProxySecret,
    #[error("there are credentials for a proxy, and no proxy: set one by with_proxy")]
    NoProxy,
    #[error("{field} is {value}: {}-{} s are possible", TIMES_S.start(), TIMES_S.end())]
    Time { field: &'static str, value: f64 },
    #[error("there is no certificate: a block that begins with -----BEGIN CERTIFICATE----- is one")]
    NoCertificate,
    #[error("the certificate no. {0} cannot be read: it must be a whole PEM block of an X.509 certificate")]
    Certificate(usize),
    #[error("there are more than {LARGEST} bytes of certificates")]
    TooLarge,
}

impl From<Wrong> for Error {
    fn from(wrong: Wrong) -> Self {
        Self::new(ErrorKind::InvalidConfig, wrong.to_string()).with_operation("http options")
    }
}

fn proxy_url(text: &str) -> Result<Url, Wrong> {
    let url = Url::parse(text.trim()).map_err(|_| Wrong::Proxy(shown_text(text)))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Wrong::ProxySecret);
    }
    let plain = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    match matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && plain {
        true => Ok(url),
        false => Err(Wrong::Proxy(shown_text(text))),
    }
}

fn time(field: &'static str, value: f64) -> Result<Duration, Wrong> {
    match TIMES_S.contains(&value) {
        true => Ok(Duration::from_secs_f64(value)),
        false => Err(Wrong::Time { field, value }),
    }
}

fn read(source: &RootCertificates) -> Result<Vec<CertificateDer<'static>>> {
    match source {
        RootCertificates::Pem(text) => Ok(certificates(text.as_bytes())?),
        RootCertificates::File(path) => read_file(path).map_err(|error| error.with_context("path", path.display())),
    }
}

fn read_file(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(certificates(&bytes)?)
}

fn certificates(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, Wrong> {
    if bytes.len() as u64 > LARGEST {
        return Err(Wrong::TooLarge);
    }
    let mut found = Vec::new();
    for (index, certificate) in CertificateDer::pem_slice_iter(bytes).enumerate() {
        let wrong = Wrong::Certificate(index + 1);
        // What it says of itself is not repeated: it may show a piece of what stands there.
        let Ok::<_, pem::Error>(certificate) = certificate else { return Err(wrong) };
        // Only what can be a root is one.
        RootCertStore::empty().add(certificate.clone()).map_err(|_| wrong)?;
        found.push(certificate);
    }
    if found.is_empty() { Err(Wrong::NoCertificate) } else { Ok(found) }
}

fn without_secrets<S: Serializer>(proxy: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    // What holds none of these holds no secret, and stays as it was written.
    let shown = |text: &str| if text.contains(['@', '?', '#']) { shown_text(text) } else { text.to_owned() };
    proxy.as_deref().map(shown).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = include_str!("testdata/root.pem");
    const KEY: &str = include_str!("testdata/server.key");

    fn refused(options: HttpOptions) -> Error {
        options.check().expect_err("cannot be used")
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for proxy in
            ["proxy:3128", "socks5://a.example:1080", "ftp://a.example", "http://a.example/path", "nonsense", ""]
        {
            let error = refused(HttpOptions::default().with_proxy(proxy));
            assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{proxy}");
            assert!(
                error.message().contains("http://host:port") && !format!("{error:?}").contains("SECRET"),
                "{error}"
            );
        }
        for (seconds, field) in [(0.0, "connect_timeout_s"), (601.0, "connect_timeout_s")] {
            let error = refused(HttpOptions::default().with_connect_timeout(Duration::from_secs_f64(seconds)));
            assert!(error.message().contains(field) && error.message().contains("0.1-600 s"), "{error}");
        }
        let error = refused(HttpOptions { read_timeout_s: f64::NAN, ..HttpOptions::default() });
        assert!(error.message().contains("read_timeout_s is NaN"), "{error}");
        let error = refused(HttpOptions::default().with_proxy_credentials("u", "SECRET".into()));
        assert!(error.message().contains("with_proxy"), "{error}");
    }

    #[test]
    fn certificates_are_read_from_text_and_files_and_bad_ones_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("roots.pem");
        // What stands around the blocks does not matter.
        std::fs::write(&file, [b"# Z\xfcrich\r\n".as_slice(), ROOT.as_bytes(), b"\n", ROOT.as_bytes()].concat())
            .expect("written");
        let options = HttpOptions::default().with_root_certificates_pem(ROOT).with_root_certificates_file(&file);
        assert_eq!(options.check().expect("sound").roots.len(), 3);
        let cut = &ROOT[..ROOT.len() / 2];
        let damaged = ROOT.replacen("MI", "AA", 1);
        let second = format!("{ROOT}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        for (pem, said) in [
            ("", "no certificate"),
            ("SECRET", "no certificate"),
            (KEY, "no certificate"),
            (cut, "no. 1"),
            (&damaged, "no. 1"),
            (&second, "no. 2"),
        ] {
            std::fs::write(&file, pem).expect("written");
            for options in [
                HttpOptions::default().with_root_certificates_pem(pem),
                HttpOptions::default().with_root_certificates_file(&file),
            ] {
                let error = refused(options.with_root_certificates_pem(ROOT));
                assert_eq!(error.kind(), ErrorKind::InvalidConfig);
                assert!(error.message().contains(said), "{error}");
                let text = format!("{error} {error:?}");
                assert!(text.contains("root_certificates[0]") && !text.contains("SECRET"), "{text}");
            }
        }
        let missing = refused(HttpOptions::default().with_root_certificates_file(folder.path().join("none.pem")));
        assert!(missing.kind() == ErrorKind::NotFound && missing.to_string().contains("none.pem"), "{missing}");
        std::fs::File::create(&file).and_then(|file| file.set_len(1 << 40)).expect("a sparse file");
        assert!(refused(HttpOptions::default().with_root_certificates_file(&file)).message().contains("more than"));
    }

    #[test]
    fn options_travel_as_json_without_secrets() {
        let options = HttpOptions::default()
            .with_proxy("http://proxy.example:3128")
            .with_proxy_credentials("adgen", "SECRET".into())
            .with_root_certificates_file("/etc/ca.pem")
            .with_read_timeout(Duration::from_secs(9));
        let json = serde_json::to_string(&options).expect("JSON");
        assert_eq!(
            json,
            r#"{"proxy":"http://proxy.example:3128","root_certificates":[{"file":"/etc/ca.pem"}],"connect_timeout_s":5.0,"read_timeout_s":9.0}"#
        );
        let again: HttpOptions = serde_json::from_str(&json).expect("options");
        assert_eq!(serde_json::to_string(&again).expect("JSON"), json);
        let least: HttpOptions = serde_json::from_str("{}").expect("options");
        assert_eq!(least.connect_timeout_s, 5.0);
        assert!(serde_json::from_str::<HttpOptions>(r#"{"proxi":"x"}"#).is_err());
        // An address with a password is refused, and until then shown without it; so is a key in place of a certificate.
        let secret = options.with_proxy("http://u:SECRET@proxy.example").with_root_certificates_pem(KEY);
        let (shown, written) = (format!("{secret:?}"), serde_json::to_string(&secret).expect("JSON"));
        assert!(
            !shown.contains("SECRET") && !shown.contains("PRIVATE KEY") && shown.contains("proxy.example"),
            "{shown}"
        );
        assert!(!written.contains("SECRET") && written.contains("proxy.example"), "{written}");
        let error = refused(secret);
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
}
