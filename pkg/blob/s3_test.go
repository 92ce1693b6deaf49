package blob_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"wardroom/infra/local/scale"
	"wardroom/pkg/blob"
	"wardroom/pkg/blob/blobtest"
)

// S3's side is held to the suite by versitygw, a server that checks signatures,
// checksums and conditions. Make test-long installs it, and runs this.
func TestS3AtScale(t *testing.T) {
	if !scale.Long() {
		return
	}
	client := s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(serveS3(t)), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("local", "localsecret", ""),
	})
	bucket := "wardroom"
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
		t.Fatal(err)
	}
	blobtest.Run(t, blob.NewS3(client, bucket))
}

// serveS3 starts a server, and returns its address.
func serveS3(t *testing.T) string {
	t.Helper()
	program, err := filepath.Abs("../../.local/bin/versitygw")
	if err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	data, meta := t.TempDir(), t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	server := exec.CommandContext(ctx, program, "--port", address, "--health", "/healthz", "posix", "--sidecar", meta, data)
	server.Env = append(os.Environ(), "ROOT_ACCESS_KEY=local", "ROOT_SECRET_KEY=localsecret")
	if err := server.Start(); err != nil {
		t.Fatal("versitygw, which make test-long installs: ", err)
	}
	t.Cleanup(func() {
		cancel()
		_ = server.Wait()
	})
	for range 100 {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/healthz", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			_ = answer.Body.Close()
			return "http://" + address
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("versitygw doesn't answer")
	return ""
}
