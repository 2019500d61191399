//! The two languages of the book.

use clap::ValueEnum;

/// The language in which a chapter speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    #[value(name = "en")]
    English,
    /// Brazilian Portuguese.
    #[value(name = "pt")]
    Portuguese,
}

impl Language {
    /// The language of a locale such as `pt_BR.UTF-8`: Portuguese if it says so, else English.
    ///
    /// ```
    /// use chapter_kit::Language;
    ///
    /// assert_eq!(Language::of_locale(Some("pt_BR.UTF-8")), Language::Portuguese);
    /// assert_eq!(Language::of_locale(Some("de_DE.UTF-8")), Language::English);
    /// assert_eq!(Language::of_locale(None), Language::English);
    /// ```
    pub fn of_locale(locale: Option<&str>) -> Self {
        let language = locale.unwrap_or_default().split(['_', '.', '-', '@']).next();
        if language == Some("pt") { Self::Portuguese } else { Self::English }
    }
}
