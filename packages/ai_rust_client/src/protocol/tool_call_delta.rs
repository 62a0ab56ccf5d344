//! Reads the tool calls of a message, or of a delta of one.

use std::borrow::Cow;

use crate::json::scanner::{Malformed, Scanner};
use crate::json::tree::{Fields, Json, drop_repeated};
use crate::protocol::completion::{Form, Reader};
use crate::tool_calls::ToolCallDelta;

impl Reader {
    /// A list, or a single call in its place: Text Generation Inference streams calls like that.
    pub(super) fn tool_calls(&mut self, scanner: &mut Scanner) -> Result<Vec<ToolCallDelta>, Malformed> {
        let mut calls = Vec::new();
        match scanner.peek()? {
            b'{' => calls.push(self.tool_call(scanner)?),
            b'[' => scanner.array(|scanner| {
                if scanner.peek()? == b'{' {
                    calls.push(self.tool_call(scanner)?);
                    Ok(())
                } else {
                    self.ignore(scanner, "message.tool_calls")
                }
            })?,
            _ => self.ignore(scanner, "message.tool_calls")?,
        }
        if self.form == Form::Whole {
            // Each item of a whole message is a call of its own.
            (0..).zip(&mut calls).for_each(|(index, call)| call.index = Some(index));
        }
        Ok(calls)
    }

    fn tool_call(&mut self, scanner: &mut Scanner) -> Result<ToolCallDelta, Malformed> {
        let mut call = ToolCallDelta::default();
        scanner.object(|scanner, name| {
            match &*name {
                "index" => call.index = self.count(scanner, "tool_calls.index")?,
                "id" => {
                    call.id = match Json::read(scanner)? {
                        Json::Number(number) => number,
                        Json::String(text) => text.complete().into_owned(),
                        other => {
                            self.absent(&other, "tool_calls.id");
                            String::new()
                        }
                    }
                }
                "function" if scanner.peek()? == b'{' => self.function(scanner, &mut call)?,
                "function" => self.ignore(scanner, "tool_calls.function")?,
                _ => push_field(&mut call.fields, name, scanner)?,
            }
            Ok(())
        })?;
        drop_repeated(&mut call.fields);
        drop_repeated(&mut call.function_fields);
        Ok(call)
    }

    /// Arguments are JSON text in a string; some servers send the object itself.
    fn function(&mut self, scanner: &mut Scanner, call: &mut ToolCallDelta) -> Result<(), Malformed> {
        scanner.object(|scanner, name| {
            match &*name {
                "name" => call.name = self.string(scanner, "function.name")?.into_owned(),
                "arguments" if matches!(scanner.peek()?, b'{' | b'[') => {
                    call.arguments = scanner.skip()?.to_owned().into();
                }
                "arguments" => call.arguments = self.text(scanner, "function.arguments")?.into_owned(),
                _ => push_field(&mut call.function_fields, name, scanner)?,
            }
            Ok(())
        })
    }
}

fn push_field(fields: &mut Fields, name: Cow<str>, scanner: &mut Scanner) -> Result<(), Malformed> {
    let value = Json::read(scanner)?;
    if value != Json::Null {
        fields.push((name.into_owned(), value));
    }
    Ok(())
}
