package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	rateLimit = 60
	maxBody   = 32 << 20
)

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

// refusal is an answer that turns a request away.
type refusal struct {
	status     int
	code       string
	message    string
	retryAfter int
}

func (r *refusal) Error() string { return r.message }

func refuse(status int, code, format string, values ...any) error {
	return &refusal{status: status, code: code, message: fmt.Sprintf(format, values...)}
}

func invalid(format string, values ...any) error {
	return refuse(http.StatusBadRequest, "invalid_request", format, values...)
}

// ServeHTTP routes by hand: http.ServeMux would redirect an id that looks like a path.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, data, err := g.route(w, r)
	if err != nil {
		var refused *refusal
		if !errors.As(err, &refused) {
			log.Print(err)
			refused = &refusal{status: http.StatusInternalServerError, code: "internal_error", message: "It is our fault."}
		}
		if refused.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(refused.retryAfter))
		}
		problem := Failure{refused.code, refused.message}
		status, data = refused.status, map[string]any{"status": "error", "error": problem}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(data); err != nil {
		log.Print(err) // the client left
	}
}

func (g *Gateway) route(w http.ResponseWriter, r *http.Request) (int, any, error) {
	path := r.URL.Path
	name := strings.TrimPrefix(path, "/v1/proxy/")
	_, known := services[name]
	switch {
	case r.Method == http.MethodPost && known && name != path:
		return g.submit(w, r, name)
	case r.Method == http.MethodGet && strings.HasPrefix(path, "/v2/jobs/"):
		return g.readJob(r, strings.TrimPrefix(path, "/v2/jobs/"))
	case r.Method == http.MethodGet && path == "/v2/balance":
		return g.readBalance(r)
	case r.Method == http.MethodGet && path == "/healthz":
		return http.StatusOK, map[string]string{"status": "ok"}, nil
	}
	return 0, nil, refuse(http.StatusNotFound, "not_found", "There is nothing here.")
}

// authenticate returns the caller's key, and whether it allows the services.
func authenticate(r *http.Request) (key string, allowed bool, err error) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case !strings.EqualFold(scheme, "bearer"):
	case strings.HasPrefix(key, "vk-"):
		return key, true, nil
	case strings.HasPrefix(key, "vn-"):
		return key, false, nil
	}
	return "", false, refuse(http.StatusUnauthorized, "unauthorized", "A known API key is required.")
}

func (g *Gateway) submit(w http.ResponseWriter, r *http.Request, name string) (int, any, error) {
	key, allowed, err := authenticate(r)
	if err != nil {
		return 0, nil, err
	}
	if !allowed {
		return 0, nil, refuse(http.StatusForbidden, "service_not_allowed", "This key does not allow %s.", name)
	}
	if wait := g.store.admit(key, rateLimit, g.rateWindow); wait > 0 {
		after := int(math.Ceil(wait.Seconds()))
		return 0, nil, &refusal{http.StatusTooManyRequests, "rate_limited", "Too many requests for this key.", after}
	}
	data, err := readObject(w, r)
	if err != nil {
		return 0, nil, err
	}
	fields, err := validate(services[name], data)
	if err != nil {
		return 0, nil, err
	}
	job := &Job{
		id: newID(), key: key, service: name, fields: fields, seconds: secondsOf(fields), status: "queued",
		createdAt: instant(), deadline: time.Now().Add(g.jobTimeout),
	}
	g.store.add(job)
	go g.work(job)
	view := map[string]any{"id": job.id, "status": "queued", "service": name, "created_at": job.createdAt}
	return http.StatusAccepted, map[string]any{
		"status": "accepted", "message": "Job queued for processing", "job": view,
	}, nil
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

// jobView is a job as its client sees it. What is nil is left out.
type jobView struct {
	ID          string         `json:"id"`
	Status      string         `json:"status"`
	ServiceName string         `json:"service_name"`
	CreatedAt   time.Time      `json:"created_at"`
	CompletedAt *time.Time     `json:"completed_at,omitempty"`
	ResultData  map[string]any `json:"result_data,omitempty"`
	Error       *Failure       `json:"error,omitempty"`
	Units       *Units         `json:"units_consumed,omitempty"`
	Cost        *Cents         `json:"token_cost,omitempty"`
}

func (g *Gateway) readJob(r *http.Request, id string) (int, any, error) {
	key, _, err := authenticate(r)
	if err != nil {
		return 0, nil, err
	}
	job, found := g.store.find(id, key)
	if !found {
		return 0, nil, refuse(http.StatusNotFound, "not_found", "No such job.")
	}
	view := jobView{ID: job.id, Status: job.status, ServiceName: job.service, CreatedAt: job.createdAt}
	view.ResultData, view.Error = job.result, job.failure
	// Planted bug "zero-time": the pointer is never nil, so omitempty keeps it, and what runs was completed in year 1.
	if job.status == "completed" || plantedBugs {
		view.CompletedAt = &job.completedAt
	}
	if job.status == "completed" || job.status == "failed" {
		cost := job.units.cost()
		view.Units, view.Cost = &job.units, &cost
	}
	return http.StatusOK, view, nil
}

func (g *Gateway) readBalance(r *http.Request) (int, any, error) {
	key, _, err := authenticate(r)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, map[string]string{"balance": g.store.balance(key).String(), "currency": "USD"}, nil
}
