using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.S3.Internal;

namespace OrleansRegistry.Objects.Cloud.S3;

/// <summary>The SDK's client as the options want it.</summary>
internal sealed class S3Client : AmazonS3Client
{
    private S3Client(AmazonS3Config config)
        : base(config)
    {
    }

    private S3Client(AWSCredentials credentials, AmazonS3Config config)
        : base(credentials, config)
    {
    }

    public static S3Client Create(S3Options options)
    {
        var config = new PacedConfig(options.Tuning.MaxWait)
        {
            // Sent again by the SDK, with back-off and jitter.
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = options.MaxRetries,
            Timeout = options.Timeout,
            HttpClientFactory = new Factory(new HttpClient(options.Tuning.NewHandler()) { Timeout = options.Timeout }),
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = options.Region;
            config.ForcePathStyle = options.PathStyle ?? true;

            // Few others know checksums at the end of a body; MD5 in a header they do.
            config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
            config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
            config.ForcePathStyle = options.PathStyle ?? false;
        }

        return CredentialsOf(options) is { } credentials ? new S3Client(credentials, config) : new S3Client(config);
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        var config = (PacedConfig)Config;
        pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(
            new AmazonS3StandardRetryPolicy(config) { MaxBackoffInMilliseconds = (int)config.MaxWait.TotalMilliseconds }));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            (Config.HttpClientFactory as Factory)?.Dispose();
        }
    }

    private static AWSCredentials? CredentialsOf(S3Options options) => options switch
    {
        { AccessKeyId: null } or { SecretAccessKey: null } => null,
        { SessionToken: { } token } => new SessionAWSCredentials(options.AccessKeyId, options.SecretAccessKey, token),
        _ => new BasicAWSCredentials(options.AccessKeyId, options.SecretAccessKey),
    };

    private sealed class PacedConfig(TimeSpan maxWait) : AmazonS3Config
    {
        public TimeSpan MaxWait => maxWait;
    }

    /// <summary>The SDK asks for a client with each request.</summary>
    private sealed class Factory(HttpClient client) : HttpClientFactory, IDisposable
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => client;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public void Dispose() => client.Dispose();
    }
}
