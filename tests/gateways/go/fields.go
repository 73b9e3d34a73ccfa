package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"unicode/utf8"
)

const maxBody = 32 << 20

// Fields is a client's JSON object. The values stay as they came, so that what goes upstream is what was said, down to
// the escapes of a prompt.
type Fields map[string]json.RawMessage

// service is one thing that can be asked for.
type service struct {
	upstream string   // the operation behind it
	texts    []string // its text fields; the first is required
}

var services = map[string]service{
	"media-video-from-text":  {"/api/video/from-text", []string{"prompt"}},
	"media-video-from-image": {"/api/video/from-image", []string{"image", "prompt"}},
}

var choices = map[string][]string{
	"model":        {"veo (Audio)", "veo fast (Audio)"},
	"resolution":   {"1080P", "512P"},
	"duration":     {"4s", "8s"},
	"aspect_ratio": {"16:9", "9:16"},
}

// readObject reads the request's JSON object.
func readObject(w http.ResponseWriter, r *http.Request) (Fields, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, refuse(http.StatusRequestEntityTooLarge, "payload_too_large", "More than %d bytes.", maxBody)
		}
		return nil, invalid("The request ended early.")
	}
	if given := r.Header.Get("Content-Type"); given != "" {
		if media, _, err := mime.ParseMediaType(given); err != nil || media != "application/json" {
			return nil, invalid("The content type must be application/json.")
		}
	}
	if !utf8.Valid(body) { // encoding/json would put U+FFFD in silence
		return nil, invalid("The body is not UTF-8.")
	}
	var data Fields
	if plantedBugs {
		// Planted bug "first-value-only": a Decoder stops after one value, and whatever follows it is never looked at.
		err = json.NewDecoder(bytes.NewReader(body)).Decode(&data)
	} else {
		err = json.Unmarshal(body, &data)
	}
	if err != nil || data == nil { // null leaves a map nil, without an error
		return nil, invalid("The body must be a JSON object.")
	}
	return data, nil
}

// validate picks the fields that go upstream: exact values only, nothing mended, nothing filled in.
func validate(wanted service, data Fields) (Fields, error) {
	fields := Fields{}
	for position, name := range wanted.texts {
		raw, given := data[name]
		text, isText := textOf(raw)
		if given && !isText {
			return nil, invalid("%s must be a string.", name)
		}
		if position == 0 && text == "" {
			return nil, invalid("%s is required.", name)
		}
		if given {
			fields[name] = raw
		}
	}
	for name, allowed := range choices {
		raw, given := data[name]
		if !given {
			continue
		}
		if text, isText := textOf(raw); !isText || !contains(allowed, text) {
			return nil, invalid("%s must be one of %q.", name, allowed)
		}
		fields[name] = raw
	}
	return fields, nil
}

// textOf decodes a JSON string. null is none, though encoding/json would take it for "".
func textOf(raw json.RawMessage) (string, bool) {
	var text string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
		return "", false
	}
	return text, true
}

func contains(values []string, value string) bool {
	for _, each := range values {
		if each == value {
			return true
		}
	}
	return false
}

// secondsOf is the duration that was asked for, in fields that are valid.
func secondsOf(fields Fields) int {
	if text, given := textOf(fields["duration"]); given && text == "8s" {
		return 8
	}
	return 4
}
