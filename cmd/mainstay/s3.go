//go:build !slim

package main

// s3:// is left out of a slim build (-tags slim): docs/dependencies.md says what it weighs.
import _ "mainstay/ingest/store/s3"
