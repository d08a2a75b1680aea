using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Google.Apis.Util;
using Google.Cloud.Storage.V1;
using Newtonsoft.Json;

namespace OrleansRegistry.Objects.Cloud.Gcs;

/// <summary>The SDK's client as the options want it.</summary>
internal static class GcsClient
{
    private const int TooManyRequests = 429;
    private const int RequestTimeout = 408;

    /// <exception cref="ObjectStoreException">There are no credentials.</exception>
    public static StorageClient Create(GcsOptions options, RetryPace pace)
    {
        var builder = new StorageClientBuilder { HttpClientFactory = new Factory(options) };
        if (options.EmulatorHost is { } emulator)
        {
            var host = new Uri(emulator.Contains("://", StringComparison.Ordinal) ? emulator : $"http://{emulator}");
            builder.BaseUri = new Uri(host, "storage/v1/").ToString();
            builder.UnauthenticatedAccess = true;
        }

        try
        {
            if (options is { CredentialsFile: { } file, EmulatorHost: null })
            {
                builder.GoogleCredential = CredentialFactory.FromFile<ServiceAccountCredential>(file).ToGoogleCredential();
            }

            var client = builder.Build();
            Retry(client.Service.HttpClient, pace);
            return client;
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ObjectStoreException(
                ObjectStoreError.Configuration,
                "There are no credentials for Google Cloud Storage: set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account, "
                    + $"or run where there are default credentials ({fault.GetType().Name}).",
                fault);
        }
    }

    /// <summary>Sent again by the SDK; how long it waits is ours, as its own wait begins at a second.</summary>
    private static void Retry(ConfigurableHttpClient http, RetryPace pace)
    {
        var wait = new BackOffHandler(new BackOffHandler.Initializer(new Pace(pace))
        {
            MaxTimeSpan = TimeSpan.FromMinutes(10),
            HandleUnsuccessfulResponseFunc = response => (int)response.StatusCode is >= 500 or TooManyRequests or RequestTimeout,
            HandleExceptionFunc = NetworkFaults.MayPass,
        });
        http.Timeout = System.Threading.Timeout.InfiniteTimeSpan;
        http.MessageHandler.NumTries = pace.MaxRetries + 1;
        http.MessageHandler.AddUnsuccessfulResponseHandler(wait);
        http.MessageHandler.AddExceptionHandler(wait);
    }

    private sealed class Pace(RetryPace pace) : IBackOff
    {
        public int MaxNumOfRetries => pace.MaxRetries;

        public TimeSpan GetNextBackOff(int currentRetry) => pace.WaitOf(currentRetry);
    }

    private sealed class Factory(GcsOptions options) : Google.Apis.Http.HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) =>
            new AttemptLimit(options.Tuning.NewHandler(), options.Timeout);
    }

    /// <summary>Ends an attempt that takes too long; the SDK's own limit is one for all attempts.</summary>
    private sealed class AttemptLimit(HttpMessageHandler inner, TimeSpan timeout) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(timeout);
            try
            {
                return await base.SendAsync(request, limit.Token);
            }
            catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"No answer in {timeout.TotalSeconds} s.", late);
            }
        }
    }
}
