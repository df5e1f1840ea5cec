// Package extract finds the JSON value in what a language model said.
//
// Endpoints with structured output answer with nothing but JSON. Others put fences and prose around it, think aloud first, write Python
// literals or trailing commas, or stop before the last brace. A value is taken as it stands where one stands there, repaired where not, and
// taken only if it fits the schema. An answer that ends inside a string or a number is not repaired: nobody knows the rest.
//
// The nouns: a [Schema] is a compiled JSON Schema; a span is a piece of the answer that may be the value.
package extract
