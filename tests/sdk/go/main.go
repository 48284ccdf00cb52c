// Command who asks STS for the caller's identity, with the credentials that the AWS SDK for Go finds by itself.
// With a number, it asks until that many keys were used, and counts what failed.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	if err := printIdentity(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func printIdentity(ctx context.Context) error {
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	client := sts.NewFromConfig(loaded)
	if len(os.Args) > 1 {
		wanted, err := strconv.Atoi(os.Args[1])
		if err != nil {
			return err
		}
		keys, roles, failures := map[string]bool{}, map[string]bool{}, 0
		for began := time.Now(); len(keys) < wanted && time.Since(began) < time.Minute; time.Sleep(200 * time.Millisecond) {
			identity, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			if err != nil {
				failures++
				continue
			}
			roles[strings.Split(*identity.Arn, "/")[1]] = true
			if used, err := loaded.Credentials.Retrieve(ctx); err == nil {
				keys[used.AccessKeyID] = true
			}
		}
		var names []string
		for name := range roles {
			names = append(names, name)
		}
		return json.NewEncoder(os.Stdout).Encode(map[string]interface{}{"keys": len(keys), "roles": names, "failures": failures})
	}
	identity, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]string{"Arn": *identity.Arn, "Region": loaded.Region})
}
