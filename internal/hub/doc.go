// Package hub downloads models from the Hugging Face hub into the cache that huggingface_hub uses, so that both find each other's
// files.
//
// A repository has commits; a revision is a branch, a tag or a commit. In the cache a repository is a folder models--org--name with
// blobs, files named by their hash; snapshots, one folder per commit with a symbolic link to a blob for each file; and refs, the
// commit that each branch and tag stood for when it was last looked up. A snapshot becomes visible as a whole: blobs first, each
// checked against its hash, then the links, then the ref.
//
// Tokens are sent to the endpoint and to no other host, and appear in no error.
package hub
