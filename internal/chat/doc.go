// Package chat turns conversations into the text and the tokens a model is trained on, as transformers 5.23 (apply_chat_template)
// and TRL 1.16 (completion masks) do.
//
// A Message is one JSON object of a conversation, with its keys in order. A Template is a model's chat template with the special
// tokens it may write. A generation prompt is what the template writes to open the assistant's turn.
//
// A Sample is a sequence of token ids and, for each, whether it is trained. A Masker makes samples from records: of a prompt and
// its completion every token after their longest common prefix is trained, the end of turn and what the template writes after it
// included; of a conversation every assistant turn, each found as the completion of what precedes it, or where the template marks
// it with {% generation %}. Where a turn cannot be found in the whole conversation, because the template rewrites what lies
// behind it, the Masker refuses the record: training other tokens than the model will write is worse than training none.
package chat
