//! What the name of a secret is set to or compared with, and the default of a column that is called so.

use crate::diag::secrets::names::is_name;
use crate::diag::secrets::sql::tokens::Kind;
use crate::diag::secrets::sql::{MAX_ARGUMENTS_LEN, Reader};
use crate::diag::secrets::values::is_secret_value;

impl Reader<'_, '_> {
    /// `ADD CONSTRAINT c DEFAULT 'x' FOR password`
    pub(super) fn default_for(&mut self) {
        let from = self.cursor.at;
        while self.cursor.sign_is(b'(') {}
        let literal = self.cursor.token().filter(|token| token.kind == Kind::Text);
        while self.cursor.sign_is(b')') {}
        if let Some(literal) = literal
            && self.cursor.word_is("for")
            && is_name(&self.name())
        {
            self.hide(literal.content);
        }
        self.cursor.at = from;
    }

    /// Whether a name is set to that of a Secret, or to what else is no secret: `PULL_SECRET="shop-db"`.
    pub(super) fn names_object(&self, word: &str) -> bool {
        let rest = self.cursor.rest();
        let rest = rest.strip_prefix(['"', '\'', '`']).unwrap_or(rest).trim_start();
        let value = rest.strip_prefix([':', '=']).map(str::trim_start);
        value.is_some_and(|value| !value.is_empty() && !is_secret_value(word, value))
    }

    /// What a name of a secret is set to or compared with: `api_token = 'x'`, `token IN ('x', 'y')`,
    /// `v_password text := 'x'`.
    pub(super) fn secret_name(&mut self, may_be_option: bool) {
        const OPERATORS: [&str; 6] = ["to", "in", "like", "ilike", "between", "distinct"];
        const OTHERS: [&str; 16] = [
            "from", "where", "and", "or", "on", "using", "set", "as", "values", "order", "group",
            "for", "when", "then", "join", "default",
        ];
        self.context.has_secret_name = true;
        let from = self.cursor.at;
        // `SECRET_ACCESS_KEY 'x'`
        let is_apart = self.cursor.byte(from).is_some_and(|byte| byte.is_ascii_whitespace());
        if may_be_option && is_apart && self.literal_here() {
            return;
        }
        let (mut depth, mut n_negations) = (0_usize, 0);
        let is_quoted = matches!(self.cursor.byte(self.cursor.at), Some(b'"' | b'`' | b'\\'));
        while matches!(self.cursor.byte(self.cursor.at), Some(b'"' | b'`' | b']' | b'\\')) {
            self.cursor.at += 1;
        }
        // `OPTIONS ("password" 'x')`
        if self.context.is_of_options && self.literal_here() {
            return;
        }
        // `lower(token) = 'x'`, `current_setting('app.token') = 'x'`, `(name, token) = ('a', 'x')`
        if matches!(self.cursor.rest().as_bytes(), [b'\'', b')', ..]) {
            self.cursor.at += 1;
        }
        let is_compared = self.cursor.byte(self.cursor.at) == Some(b')') && {
            self.cursor.at += 1;
            self.cursor.skip(b"");
            matches!(self.cursor.byte(self.cursor.at), Some(b'=' | b'<' | b'>' | b'!' | b'~'))
        };
        if !is_compared
            && self.cursor.text.get(from..self.cursor.at).is_some_and(|part| part.contains(')'))
        {
            self.cursor.at = from;
            return;
        }
        for n_words in 0..10 {
            let Some(token) = self.cursor.token() else { break };
            match token.kind {
                Kind::Sign(b'=' | b'<' | b'>' | b'!' | b':' | b'~') => {
                    while matches!(self.cursor.byte(self.cursor.at), Some(b'=' | b'>' | b'*')) {
                        self.cursor.at += 1;
                    }
                    // The text has ended in which the name is.
                    if is_quoted && n_words > 0 && token.kind == Kind::Sign(b'=') {
                        break;
                    }
                    // The type of a constant, and what a `CAST` of it is.
                    if token.kind == Kind::Sign(b':') && self.cursor.at == token.range.end {
                        continue;
                    }
                    return self.value(from);
                }
                Kind::Word => {
                    let word = self.cursor.part(&token.range);
                    let is = |other: &&str| word.eq_ignore_ascii_case(other);
                    // `IS NOT DISTINCT FROM 'x'`
                    if n_words == n_negations && (is(&"is") || is(&"not")) {
                        n_negations += 1;
                        continue;
                    }
                    if n_words == n_negations && OPERATORS.iter().any(&is) {
                        self.cursor.word_is("from");
                        return self.value(from);
                    }
                    if OTHERS.iter().any(is) {
                        break;
                    }
                }
                Kind::Sign(b'(') => depth += 1,
                Kind::Sign(b')') if depth > 0 => depth -= 1,
                Kind::Number => {}
                Kind::Text | Kind::Name | Kind::Sign(_) => break,
            }
        }
        self.cursor.at = from;
    }

    /// A literal, or those in parentheses or among the arguments of a function.
    pub(super) fn value(&mut self, from: usize) {
        let start = self.cursor.at;
        if self.literal_here() {
            return;
        }
        self.cursor.skip(b"");
        if self.cursor.peek().is_some_and(|token| token.kind == Kind::Word) {
            // It has the name of a setting, and no value.
            if self.cursor.word_is("current_setting") {
                self.cursor.at = from;
                return;
            }
            self.cursor.token();
        }
        match self.cursor.byte(self.cursor.at) {
            Some(b'(') if self.cursor.at - start < 64 => {
                self.cursor.at += 1;
                self.short_list();
            }
            _ => {}
        }
        self.cursor.at = from;
    }

    /// Every string up to the `)` that closes. Each name of a secret may be followed by such a list, which
    /// the next one reads again.
    pub(super) fn short_list(&mut self) {
        let start = self.cursor.at;
        let Some(left) = self.n_to_read_again.checked_sub(MAX_ARGUMENTS_LEN) else {
            return self.hide_line(start);
        };
        let mut depth = 1_usize;
        while self.cursor.at - start < MAX_ARGUMENTS_LEN
            && let Some(token) = self.cursor.token()
        {
            match token.kind {
                Kind::Sign(b'(') => depth += 1,
                Kind::Sign(b')') => depth -= 1,
                Kind::Sign(b';') => break,
                Kind::Word | Kind::Name | Kind::Text | Kind::Number | Kind::Sign(_) => {}
            }
            if depth == 0 {
                self.hide_texts(start..self.cursor.at);
                break;
            }
        }
        self.n_to_read_again = left + MAX_ARGUMENTS_LEN.saturating_sub(self.cursor.at - start);
    }

    /// `DEFAULT 'x'`, `DEFAULT ('x')`, `DEFAULT concat('x', 'y')`, `GENERATED ALWAYS AS ('x')`.
    pub(super) fn default(&mut self) {
        if self.literal() {
            return;
        }
        let from = self.cursor.at;
        let mut token = self.cursor.token();
        if token.as_ref().is_some_and(|token| token.kind == Kind::Word) {
            token = self.cursor.token();
        }
        if token.is_some_and(|token| token.kind == Kind::Sign(b'(')) {
            self.short_list();
        }
        self.cursor.at = from;
    }
}
