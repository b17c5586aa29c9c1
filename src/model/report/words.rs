//! How is what is missing in the data said in a language?

/// The words of a language, as far as they are known in it; English for all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Words {
    /// English
    #[default]
    English,
    /// Chinese in simplified script
    Chinese,
}

impl Words {
    /// The words of a language's code.
    pub(super) fn of(language: &str) -> Self {
        let is_chinese = language == "zh" || language.starts_with("zh-");
        if is_chinese { Self::Chinese } else { Self::English }
    }

    fn either(self, english: &'static str, chinese: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }

    /// When systems were read.
    pub(super) fn read_at(self) -> &'static str {
        self.either("read at", "读取时间")
    }

    /// That periods were asked for of which hardly anything is known yet.
    pub(super) fn not_there_yet(self, asked: &str, newest: &str) -> String {
        match self {
            Self::English => {
                format!("not there yet: {asked} comes after {newest}, the newest period with data")
            }
            Self::Chinese => format!("尚无数据：{asked} 晚于有数据的最新期间 {newest}"),
        }
    }

    /// That it never was.
    pub(super) fn never(self) -> &'static str {
        self.either("never", "从未读取")
    }

    /// That its data are old, and why.
    pub(super) fn stale(self, why: &str) -> String {
        match self {
            Self::English => format!(" (stale: {why})"),
            Self::Chinese => format!("（已过期：{why}）"),
        }
    }

    /// Refused rows.
    pub(super) fn in_quarantine(self) -> &'static str {
        self.either("rows in quarantine", "隔离行数")
    }

    /// That there are none of them.
    pub(super) fn none(self) -> &'static str {
        self.either("none", "无")
    }

    /// A value that there is not.
    pub(super) fn unknown(self) -> &'static str {
        self.either("unknown", "未知")
    }

    /// What stands between things of one kind.
    pub(super) fn comma(self) -> &'static str {
        self.either(", ", "，")
    }

    /// What stands between statements.
    pub(super) fn semicolon(self) -> &'static str {
        self.either("; ", "；")
    }

    /// Something with what is said of it.
    pub(super) fn line(self, what: &str, said: &str) -> String {
        format!("{what}{}{said}", self.either(": ", "："))
    }
}
