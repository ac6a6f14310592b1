//! Problems with secrets and with paths that lead out of the project.

use crate::diag::{Code, Diagnostic, Message, message};
use crate::source::Span;

/// A password stands in Git.
pub struct LiteralPassword {
    /// The password.
    pub primary: Span,
}

impl From<LiteralPassword> for Diagnostic {
    fn from(LiteralPassword { primary }: LiteralPassword) -> Diagnostic {
        Diagnostic::new(Code::LiteralPassword, primary, "this password is stored in Git").help(
            "use an existing Secret, `credentials: {secret: NAME}`, created by hand or by an operator, for example External Secrets",
        )
    }
}

/// A password in a URL that stands in Git.
pub struct PasswordInUrl {
    /// The URL.
    pub primary: Span,
}

impl From<PasswordInUrl> for Diagnostic {
    fn from(PasswordInUrl { primary }: PasswordInUrl) -> Diagnostic {
        Diagnostic::new(Code::LiteralPassword, primary, "the password in this URL is stored in Git")
            .help("put the URL into a Secret and reference it: `urlFrom: {secretKeyRef: {name, key}}`")
    }
}

/// `${database.url}` is put together from parts that nobody has escaped.
pub struct UnescapedUrl<'a> {
    /// The reference.
    pub primary: Span,
    /// The Database.
    pub database: &'a str,
    /// Its field for the key of a whole URL.
    pub field: &'static str,
}

impl From<UnescapedUrl<'_>> for Diagnostic {
    fn from(UnescapedUrl { primary, database, field }: UnescapedUrl<'_>) -> Diagnostic {
        let message = "this URL breaks if the password contains one of `:/?#[]@%`";
        Diagnostic::new(Code::UnescapedUrl, primary, message).help(message!(
            "store the whole URL in the Secret and set `{field}` of `{database}`, or pass host, user and password separately",
            field = Message::from(field),
            database
        ))
    }
}

/// A path that is absolute or leads upwards.
pub struct PathOutside<'a> {
    /// The path.
    pub primary: Span,
    /// What was written.
    pub path: &'a str,
}

impl From<PathOutside<'_>> for Diagnostic {
    fn from(PathOutside { primary, path }: PathOutside<'_>) -> Diagnostic {
        let message = message!("the path `{path}` is outside the project", path);
        Diagnostic::new(Code::PathOutside, primary, message)
            .help("write paths relative to the application's directory, without a leading `/` and without `..`")
    }
}

/// A path at which there is no file.
pub struct FileNotFound<'a> {
    /// The path.
    pub primary: Span,
    /// What was written.
    pub path: &'a str,
    /// What to do.
    pub help: Message,
}

impl From<FileNotFound<'_>> for Diagnostic {
    fn from(FileNotFound { primary, path, help }: FileNotFound<'_>) -> Diagnostic {
        let message = message!("file `{path}` does not exist", path);
        Diagnostic::new(Code::FileNotFound, primary, message).help(help)
    }
}

/// A file that cannot be used.
pub struct UnusableFile {
    /// The file, or the place that names it.
    pub primary: Span,
    /// Why.
    pub message: Message,
    /// What to do.
    pub help: Message,
}

impl From<UnusableFile> for Diagnostic {
    fn from(UnusableFile { primary, message, help }: UnusableFile) -> Diagnostic {
        Diagnostic::new(Code::UnusableFile, primary, message).help(help)
    }
}

/// Something is larger, deeper or more than this program takes.
pub struct LimitExceeded {
    /// Where the bound was met.
    pub primary: Span,
    /// Which bound, with its number.
    pub message: Message,
    /// What to do.
    pub help: Message,
}

impl From<LimitExceeded> for Diagnostic {
    fn from(LimitExceeded { primary, message, help }: LimitExceeded) -> Diagnostic {
        Diagnostic::new(Code::LimitExceeded, primary, message).help(help)
    }
}

/// A SQL file that is not UTF-8.
pub struct NotUtf8 {
    /// Where the first byte is that is not.
    pub primary: Span,
    /// What the file was taken for.
    pub encoding: &'static str,
}

impl From<NotUtf8> for Diagnostic {
    fn from(NotUtf8 { primary, encoding }: NotUtf8) -> Diagnostic {
        let message = message!("the file is not UTF-8; it was read as {encoding}", encoding);
        Diagnostic::new(Code::OtherEncoding, primary, message)
            .help("save it as UTF-8: manifests cannot hold any other encoding")
    }
}
