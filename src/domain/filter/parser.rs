//! Syntax: from the text of a `$filter` to a tree, without knowing any property.
//!
//! Operators bind, from tightest: `in` and functions; `not`; (arithmetic); `gt ge lt le`;
//! `eq ne`; `and`; `or`. So `not a eq b` is `(not a) eq b`, and `not a in (b)` is `not (a in (b))`.
//!
//! What OData has and this service has not is parsed as far as that is simple, so that a syntax
//! error behind it is still found; whatever starts a whole language of its own (paths, JSON,
//! lambdas) ends the parse at once.

use super::{
    MAX_DEPTH, MAX_LIST, MAX_NODES,
    ast::{Case, CompareOp, TextTest},
    error::{FilterError, FilterResult, quoted},
    functions::{self, Function},
    infix::Infix,
    lexer::{Lexeme, Lexer, Token},
    literal::Literal,
};

/// A part of the tree and where its first token, or its operator, stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raw<'a> {
    pub(super) at: usize,
    pub(super) node: Node<'a>,
    /// Bounds the recursion of everything that walks the tree.
    height: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node<'a> {
    Literal(Literal),
    Property(&'a str),
    Not(Box<Raw<'a>>),
    And(Vec<Raw<'a>>),
    Or(Vec<Raw<'a>>),
    Compare(CompareOp, Box<[Raw<'a>; 2]>),
    In(Box<Raw<'a>>, Vec<(usize, Literal)>),
    Test(TextTest, Box<[Raw<'a>; 2]>),
    Folded(Case, Box<Raw<'a>>),
}

/// Parses a whole `$filter`.
pub(super) fn parse(source: &str) -> FilterResult<Raw<'_>> {
    let mut lexer = Lexer::new("$filter", source)?;
    let current = lexer.next()?;
    let mut parser = Parser { lexer, current, depth: 0, nodes: 0, foreign: None };
    if parser.current.spaced {
        return Err(parser.lexer.invalid(0, "white space cannot stand first"));
    }
    let raw = parser.expression(Infix::LOOSEST)?;
    match parser.current.token {
        Token::End if parser.current.spaced => Err(parser.invalid("white space cannot stand last")),
        Token::End => match parser.foreign {
            Some(foreign) => Err(foreign),
            None => Ok(raw),
        },
        _ => Err(parser.expected("an operator or the end")),
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    current: Lexeme<'a>,
    depth: usize,
    nodes: usize,
    /// The first thing that was parsed but is not supported.
    foreign: Option<FilterError>,
}

impl<'a> Parser<'a> {
    /// Operands joined by operators that bind at least as tightly as `loosest`.
    fn expression(&mut self, loosest: u8) -> FilterResult<Raw<'a>> {
        let mut left = self.unary()?;
        while let Some(infix) = Infix::of(&self.current.token) {
            if infix.binding() < loosest {
                break;
            }
            let at = self.operator()?;
            let right = self.expression(infix.binding() + 1)?;
            left = self.join(infix, at, left, right)?;
        }
        Ok(left)
    }

    fn join(
        &mut self,
        infix: Infix,
        at: usize,
        left: Raw<'a>,
        right: Raw<'a>,
    ) -> FilterResult<Raw<'a>> {
        let height = left.height.max(right.height);
        let node = match infix {
            Infix::Or | Infix::And => return self.chain(infix, at, left, right),
            Infix::Compare(op) => Node::Compare(op, Box::new([left, right])),
            Infix::Arithmetic { .. } => return self.foreign(at, "arithmetic", height),
        };
        self.node(at, height, node)
    }

    /// A chain of one operator is one node: its length does not deepen the tree.
    fn chain(
        &mut self,
        infix: Infix,
        at: usize,
        mut left: Raw<'a>,
        right: Raw<'a>,
    ) -> FilterResult<Raw<'a>> {
        match (infix, &mut left.node) {
            (Infix::Or, Node::Or(parts)) | (Infix::And, Node::And(parts)) => {
                left.height = left.height.max(self.above(at, right.height)?);
                parts.push(right);
                Ok(left)
            }
            (infix, _) => {
                let beneath = left.height.max(right.height);
                let parts = vec![left, right];
                let node = if infix == Infix::Or { Node::Or(parts) } else { Node::And(parts) };
                self.node(at, beneath, node)
            }
        }
    }

    fn unary(&mut self) -> FilterResult<Raw<'a>> {
        let at = self.current.start;
        if self.at_not() {
            self.descend()?;
            self.advance()?;
            let operand = self.unary()?;
            self.depth -= 1;
            return self.node(at, operand.height, Node::Not(Box::new(operand)));
        }
        if self.current.token == Token::Other('-') {
            self.descend()?;
            self.advance()?;
            let operand = self.unary()?;
            self.depth -= 1;
            return self.foreign(at, "arithmetic", operand.height);
        }
        let mut operand = self.primary()?;
        while let Token::Word(word) = self.current.token {
            if word.eq_ignore_ascii_case("has") {
                return Err(self.unsupported("the operator `has`"));
            }
            if !word.eq_ignore_ascii_case("in") {
                break;
            }
            let at = self.operator()?;
            let values = self.list()?;
            operand = self.node(at, operand.height, Node::In(Box::new(operand), values))?;
        }
        Ok(operand)
    }

    /// `not` is the operator before white space. Before a parenthesis the grammar wants the
    /// space, but much-used clients leave it out.
    fn at_not(&self) -> bool {
        let next = self.lexer.char_at(self.current.end);
        matches!(self.current.token, Token::Word(word) if word.eq_ignore_ascii_case("not"))
            && matches!(next, Some(' ' | '\t' | '('))
    }

    fn primary(&mut self) -> FilterResult<Raw<'a>> {
        let Lexeme { token, start, end, .. } = self.current.clone();
        match token {
            Token::Literal(literal) => {
                self.advance()?;
                self.node(start, 0, Node::Literal(literal))
            }
            Token::Open => {
                self.descend()?;
                self.advance()?;
                let inner = self.expression(Infix::LOOSEST)?;
                self.close()?;
                self.depth -= 1;
                Ok(inner)
            }
            Token::Word(name) => match self.lexer.char_at(end) {
                Some('(') => self.call(name),
                Some('/') => Err(self.lexer.unsupported(start, "paths into other objects")),
                _ if name.contains('.') => {
                    Err(self.invalid(format!("{} is not a property", quoted(name))))
                }
                _ => {
                    self.advance()?;
                    self.node(start, 0, Node::Property(name))
                }
            },
            Token::Other('[' | '{') => Err(self.unsupported("JSON arrays and objects")),
            Token::Other('$') if self.lexer.char_at(end).is_some_and(char::is_alphabetic) => {
                Err(self.unsupported("`$it`, `$this` and `$root`"))
            }
            Token::Other('@') if self.lexer.char_at(end).is_some_and(char::is_alphabetic) => {
                Err(self.unsupported("annotations and parameter aliases"))
            }
            Token::Other('"') => Err(self.invalid("strings stand in single quotes")),
            _ => Err(self.expected("a value")),
        }
    }

    fn call(&mut self, name: &str) -> FilterResult<Raw<'a>> {
        let at = self.current.start;
        let function = match functions::find(name) {
            Ok(function) => function,
            Err(functions::Refused::Invalid(reason)) => return Err(self.invalid(reason)),
            Err(functions::Refused::Unsupported(what)) => return Err(self.unsupported(what)),
        };
        self.descend()?;
        let mut arguments = self.arguments()?;
        self.depth -= 1;
        let height = arguments.iter().map(|argument| argument.height).max().unwrap_or(0);
        if !function.takes(arguments.len()) {
            let reason = format!("{} takes {}", quoted(name), function.arity());
            return Err(self.lexer.invalid(at, reason));
        }
        let second = arguments.pop();
        let first = arguments.pop();
        let raw = match (function, first, second) {
            (Function::Test(test), Some(first), Some(second)) => {
                self.node(at, height, Node::Test(test, Box::new([first, second])))?
            }
            (Function::Fold(case), None, Some(only)) => {
                self.node(at, height, Node::Folded(case, Box::new(only)))?
            }
            _ => self.foreign(at, format!("the function {}", quoted(name)), height)?,
        };
        // A function of the service's own could be continued by a path.
        match self.current.token {
            Token::Other('/') => Err(self.unsupported("paths into other objects")),
            _ => Ok(raw),
        }
    }

    /// The current token is the function's name; its parenthesis is known to follow.
    fn arguments(&mut self) -> FilterResult<Vec<Raw<'a>>> {
        self.advance()?;
        self.advance()?;
        let mut arguments = Vec::new();
        if self.current.token != Token::Close {
            arguments.push(self.expression(Infix::LOOSEST)?);
            while self.current.token == Token::Comma {
                self.advance()?;
                arguments.push(self.expression(Infix::LOOSEST)?);
            }
        }
        self.close()?;
        Ok(arguments)
    }

    /// What stands right of `in`: literals in parentheses, perhaps none.
    fn list(&mut self) -> FilterResult<Vec<(usize, Literal)>> {
        const OTHER: &str = "`in` with anything but a list of literals";
        match self.current.token {
            Token::Open => self.advance()?,
            Token::Word(_) | Token::Other('[' | '$' | '@') => return Err(self.unsupported(OTHER)),
            _ => return Err(self.expected("a list in parentheses")),
        }
        let mut values = Vec::new();
        while self.current.token != Token::Close || !values.is_empty() {
            let at = self.current.start;
            match self.current.token.clone() {
                Token::Literal(literal) => values.push((at, literal)),
                Token::Word(_) if values.is_empty() => {
                    self.advance()?;
                    // In parentheses alone it is an expression that could be a collection; in a
                    // list it is an error wherever it stands.
                    return Err(match self.current.token {
                        Token::Comma => self.invalid("a list can only hold literals"),
                        _ => self.lexer.unsupported(at, OTHER),
                    });
                }
                _ => return Err(self.expected("a literal")),
            }
            if values.len() > MAX_LIST {
                return Err(self.invalid(format!("a list can hold at most {MAX_LIST} values")));
            }
            self.advance()?;
            match self.current.token {
                Token::Comma => self.advance()?,
                Token::Close => break,
                _ => return Err(self.expected("`,` or `)`")),
            }
        }
        self.close()?;
        Ok(values)
    }

    /// Takes an infix operator with its white space; returns where it stands.
    fn operator(&mut self) -> FilterResult<usize> {
        let Lexeme { token, start, spaced, .. } = self.current.clone();
        if !spaced {
            return Err(self.invalid(format!("a space is missing before {}", token.describe())));
        }
        self.advance()?;
        if !self.current.spaced && self.current.token != Token::End {
            return Err(self.invalid(format!("a space is missing after {}", token.describe())));
        }
        Ok(start)
    }

    fn close(&mut self) -> FilterResult<()> {
        match self.current.token {
            Token::Close => self.advance(),
            _ => Err(self.expected("`)`")),
        }
    }

    fn advance(&mut self) -> FilterResult<()> {
        self.current = self.lexer.next()?;
        Ok(())
    }

    /// One level deeper; the caller climbs back.
    fn descend(&mut self) -> FilterResult<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.invalid(format!("it is nested more than {MAX_DEPTH} levels deep")));
        }
        Ok(())
    }

    fn node(&mut self, at: usize, beneath: usize, node: Node<'a>) -> FilterResult<Raw<'a>> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let reason = format!("it has more than {MAX_NODES} parts");
            return Err(self.lexer.invalid(at, reason));
        }
        Ok(Raw { at, node, height: self.above(at, beneath)? })
    }

    /// The height of what stands on something: a row of comparisons (`a eq b eq c`) deepens the
    /// tree without any parenthesis.
    fn above(&self, at: usize, beneath: usize) -> FilterResult<usize> {
        if beneath >= MAX_DEPTH {
            let reason = format!("it is nested more than {MAX_DEPTH} levels deep");
            return Err(self.lexer.invalid(at, reason));
        }
        Ok(beneath + 1)
    }

    /// Notes what is not supported. What is returned is never looked at, because the parse
    /// cannot succeed any more.
    fn foreign(
        &mut self,
        at: usize,
        what: impl Into<String>,
        beneath: usize,
    ) -> FilterResult<Raw<'a>> {
        if self.foreign.is_none() {
            self.foreign = Some(self.lexer.unsupported(at, what));
        }
        self.node(at, beneath, Node::Literal(Literal::Null))
    }

    fn invalid(&self, reason: impl Into<String>) -> FilterError {
        self.lexer.invalid(self.current.start, reason)
    }

    fn unsupported(&self, what: impl Into<String>) -> FilterError {
        self.lexer.unsupported(self.current.start, what)
    }

    fn expected(&self, what: &str) -> FilterError {
        self.invalid(format!("expected {what}, found {}", self.current.token.describe()))
    }
}
