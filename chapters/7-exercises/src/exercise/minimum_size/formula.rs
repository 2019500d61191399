//! Reads a formula in d, as it is typed: `2d + 1`, `(2d + 2)/2`, `2·(d − 1)`.

/// Longer texts are no formulas, and would make a deep recursion.
pub(super) const LONGEST: usize = 100;

/// The value of a formula for one d, or `None` if it is none.
pub(super) fn value(text: &str, d: f64) -> Option<f64> {
    let signs = text.chars().filter(|sign| !sign.is_whitespace()).map(|sign| match sign {
        '−' | '–' => '-',
        '·' | '×' => '*',
        'D' => 'd',
        sign => sign,
    });
    let signs: Vec<char> = signs.take(LONGEST + 1).collect();
    let mut formula = Formula { signs: &signs, d };
    let value = formula.sum()?;
    (formula.signs.is_empty() && signs.len() <= LONGEST).then_some(value)
}

/// What is left to read.
struct Formula<'a> {
    signs: &'a [char],
    d: f64,
}

impl Formula<'_> {
    fn sum(&mut self) -> Option<f64> {
        let mut sum = self.product()?;
        loop {
            match self.next_of(&['+', '-']) {
                Some('+') => sum += self.product()?,
                Some(_) => sum -= self.product()?,
                None => return Some(sum),
            }
        }
    }

    /// Factors with `*` or `/` between them, or with nothing before a d or a bracket.
    fn product(&mut self) -> Option<f64> {
        let mut product = self.factor()?;
        loop {
            match self.next_of(&['*', '/']) {
                Some('*') => product *= self.factor()?,
                Some(_) => product /= self.factor()?,
                None if matches!(self.signs.first(), Some('d' | '(')) => product *= self.factor()?,
                None => return Some(product),
            }
        }
    }

    fn factor(&mut self) -> Option<f64> {
        match self.next_of(&['+', '-', '(', 'd']) {
            Some('+') => self.factor(),
            Some('-') => Some(-self.factor()?),
            Some('(') => {
                let inside = self.sum()?;
                self.next_of(&[')'])?;
                Some(inside)
            }
            Some(_) => Some(self.d),
            None => self.number(),
        }
    }

    fn number(&mut self) -> Option<f64> {
        let is_digit = |sign: &char| sign.is_ascii_digit() || *sign == '.';
        let (digits, rest) = self.signs.split_at(self.signs.iter().take_while(|sign| is_digit(sign)).count());
        self.signs = rest;
        digits.iter().collect::<String>().parse().ok()
    }

    /// Takes the next sign if it is one of these.
    fn next_of(&mut self, wanted: &[char]) -> Option<char> {
        let (first, rest) = self.signs.split_first()?;
        let first = wanted.contains(first).then_some(*first)?;
        self.signs = rest;
        Some(first)
    }
}
