package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const rateLimit = 60

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
		"status": "accepted", "message": "The video will be made.", "job": view,
	}, nil
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
