/**
 * A Go program that checks a case's bundle with Go's own transparency log code and none of ours: every entry against its
 * receipt, the receipt against the signed checkpoint. It prints a line per log, and ends with 1 at the first thing wrong.
 */
export const goCheck = `// Command check proves every entry of a case's bundle with Go's own code: go run . ../bundle
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	folders, _ := filepath.Glob(filepath.Join(os.Args[1], "logs", "*"))
	if len(folders) == 0 {
		log.Fatal("no log in this bundle")
	}
	for _, folder := range folders {
		count, err := checkLog(folder)
		if err != nil {
			log.Fatal(folder, ": ", err)
		}
		fmt.Println("ok", count, "entries of", filepath.Base(folder))
	}
}

func checkLog(folder string) (int, error) {
	lines, err := os.ReadFile(filepath.Join(folder, "entries.jsonl"))
	if err != nil {
		return 0, err
	}
	keys, err := os.ReadFile(filepath.Join(folder, "vkeys"))
	if err != nil {
		return 0, err
	}
	var verifiers []note.Verifier
	for _, key := range strings.Fields(string(keys)) {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return 0, err
		}
		verifiers = append(verifiers, verifier)
	}
	entries := bytes.Split(bytes.TrimSpace(lines), []byte("\\n"))
	for _, line := range entries {
		if err := checkEntry(folder, line, note.VerifierList(verifiers...)); err != nil {
			return 0, err
		}
	}
	return len(entries), nil
}

func checkEntry(folder string, line []byte, verifiers note.Verifiers) error {
	var entry struct{ Envelope string }
	if err := json.Unmarshal(line, &entry); err != nil {
		return err
	}
	var named struct{ Key string }
	if err := json.Unmarshal([]byte(entry.Envelope), &named); err != nil {
		return err
	}
	name := fmt.Sprintf("%x.tlog-proof", sha256.Sum256([]byte(named.Key)))
	receipt, err := os.ReadFile(filepath.Join(folder, "receipts", name))
	if err != nil {
		return err
	}
	head, signed, found := strings.Cut(string(receipt), "\\n\\n")
	if !found {
		return errors.New(named.Key + ": the receipt has no checkpoint")
	}
	opened, err := note.Open([]byte(signed), verifiers)
	if err != nil {
		return err
	}
	parts := strings.Split(opened.Text, "\\n")
	var size, index int64
	if _, err := fmt.Sscan(parts[1], &size); err != nil {
		return err
	}
	root, err := tlog.ParseHash(parts[2])
	if err != nil {
		return err
	}
	rows := strings.Split(head, "\\n")
	if _, err := fmt.Sscanf(rows[1], "index %d", &index); err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, row := range rows[2:] {
		hash, err := base64.StdEncoding.DecodeString(row)
		if err != nil {
			return err
		}
		proof = append(proof, tlog.Hash(hash))
	}
	if err := tlog.CheckRecord(proof, size, root, index, tlog.RecordHash([]byte(entry.Envelope))); err != nil {
		return fmt.Errorf("%s: %w", named.Key, err)
	}
	return nil
}
`;
