module example.test/video-gateway

go 1.19
