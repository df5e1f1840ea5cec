// Package record reads training records from .jsonl, .json and .parquet files.
//
// A Record is one training example as its author wrote it, not yet rendered or tokenized. It has one of four shapes, its
// Format:
//
//	instruction        {"instruction": "…", "output": "…"}
//	messages           {"messages": [{"role": "user", "content": "…"}, …]}
//	prompt-completion  {"prompt": "…", "completion": "…"}, or both as lists of messages
//	text               {"text": "…"}
//
// All records of a file have the same shape. Records with messages may also have "tools" and "chat_template_kwargs", which
// the chat template gets, as with TRL. Other keys are metadata of the author's and left alone, unless they look like a key
// of the record that was misspelt.
package record
