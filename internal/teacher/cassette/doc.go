// Package cassette records what passes between a teacher's client and its endpoint, cleaned of everything that belongs to an account, and
// plays it again without a network.
//
// The nouns: an [Exchange] is a request and its response; a [Recorder] passes requests on and keeps the exchanges; a [Player] answers from
// them, and knows no other request. Of requests no header is kept, of responses those that decide what a client does. Keys, ids of
// messages, batches, requests and organisations, and the host, are replaced by names that stay the same within a recording.
package cassette
