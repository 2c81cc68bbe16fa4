package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Index    int64            `json:"index"`
	LeafHash tlog.Hash        `json:"leafHash"`
	Proof    tlog.RecordProof `json:"proof"`
}

type consistency struct {
	OldSize int64          `json:"oldSize"`
	OldRoot tlog.Hash      `json:"oldRoot"`
	Proof   tlog.TreeProof `json:"proof"`
}

// file is what a log folder holds at a path, as the SHA-256 of its bytes in hex.
type file struct {
	Path   string `json:"path"`
	Sha256 string `json:"sha256"`
}

type tree struct {
	Size        int64         `json:"size"`
	Root        tlog.Hash     `json:"root"`
	Inclusion   []inclusion   `json:"inclusion"`
	Consistency []consistency `json:"consistency"`
	Files       []file        `json:"files"`
}

type signedNote struct {
	SeedHex string `json:"seedHex"`
	Name    string `json:"name"`
	Vkey    string `json:"vkey"`
	Text    string `json:"text"`
	Signed  string `json:"signed"`
}

// printVectors writes trees whose entry i is the text "entry i", and a checkpoint of the last one, signed.
func printVectors() error {
	var stored storedHashes
	var trees []tree
	for _, size := range []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 256, 257, 1000} {
		for n := int64(0); n < size; n++ {
			if tlog.StoredHashCount(n) == int64(len(stored)) {
				if err := stored.add(n, entry(n)); err != nil {
					return err
				}
			}
		}
		one, err := treeOf(size, stored)
		if err != nil {
			return err
		}
		trees = append(trees, one)
	}
	last := trees[len(trees)-1]
	signed, err := sign(fmt.Sprintf("vectors.example/log\n%d\n%s\n", last.Size, last.Root))
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	return out.Encode(map[string]any{"trees": trees, "note": signed})
}

func entry(n int64) []byte {
	return []byte(fmt.Sprintf("entry %d", n))
}

func treeOf(size int64, stored storedHashes) (tree, error) {
	root, err := tlog.TreeHash(size, stored)
	if err != nil {
		return tree{}, err
	}
	made := tree{Size: size, Root: root}
	for _, index := range spread(size, 12) {
		proof, err := tlog.ProveRecord(size, index, stored)
		if err != nil {
			return tree{}, err
		}
		if proof == nil {
			proof = tlog.RecordProof{}
		}
		made.Inclusion = append(made.Inclusion, inclusion{index, stored[tlog.StoredHashIndex(0, index)], proof})

		oldRoot, err := tlog.TreeHash(index+1, stored)
		if err != nil {
			return tree{}, err
		}
		old, err := tlog.ProveTree(size, index+1, stored)
		if err != nil {
			return tree{}, err
		}
		if old == nil {
			old = tlog.TreeProof{}
		}
		made.Consistency = append(made.Consistency, consistency{index + 1, oldRoot, old})
	}
	for _, tile := range tlog.NewTiles(tileHeight, 0, size) {
		data, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return tree{}, err
		}
		made.Files = append(made.Files, file{tilePath(tile), sha256Hex(data)})
		if tile.L == 0 {
			made.Files = append(made.Files, file{entriesPath(tile), sha256Hex(bundle(tile))})
		}
	}
	return made, nil
}

func bundle(tile tlog.Tile) []byte {
	var data bytes.Buffer
	for i := int64(0); i < int64(tile.W); i++ {
		one := entry(tile.N<<tileHeight + i)
		binary.Write(&data, binary.BigEndian, uint16(len(one)))
		data.Write(one)
	}
	return data.Bytes()
}

// sign signs with the key whose seed is the bytes 0 to 31.
func sign(text string) (signedNote, error) {
	name, _, _ := strings.Cut(text, "\n")
	seed := make([]byte, ed25519.SeedSize)
	for i := range seed {
		seed[i] = byte(i)
	}
	key := ed25519.NewKeyFromSeed(seed)
	vkey, err := note.NewEd25519VerifierKey(name, key.Public().(ed25519.PublicKey))
	if err != nil {
		return signedNote{}, err
	}
	hash := strings.Split(vkey, "+")[1]
	skey := "PRIVATE+KEY+" + name + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))
	signer, err := note.NewSigner(skey)
	if err != nil {
		return signedNote{}, err
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	return signedNote{hex.EncodeToString(seed), name, vkey, text, string(signed)}, err
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
