// Package teacher asks a language model for text, many times, without ever paying twice or more than was allowed.
//
// The nouns:
//
//   - A [Request] is one question: a system text that many share, a user text, and the JSON Schema of the answer. Its [Key] is the hash of
//     all that shapes the answer.
//   - A [Reply] is what came of it: the text of the answer, or the kind of its [Failure]. Usage and cost stand beside it.
//   - A [Teacher] is who answers: Anthropic's API (package teacher/anthropic), or an endpoint that speaks OpenAI's protocol (package
//     teacher/openai). A [Batcher] also takes many questions at once, for less. Both send once and never try again: that is for [Run].
//   - A [Ledger] is the append-only file of what was asked and answered, keyed by the content of the request. It is what makes a build
//     resume after a crash and replay offline.
//   - A [Price] is what a model costs. What a request can cost at worst is reserved before it is sent, so that the limit holds
//     whatever the answer is, and whatever becomes of the connection.
//
// Nothing here knows what is asked for: prompts and records belong to package dataset.
package teacher
