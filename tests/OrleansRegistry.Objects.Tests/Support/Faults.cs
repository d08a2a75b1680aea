using System.Net;

namespace OrleansRegistry.Objects.Tests.Support;

/// <summary>What goes wrong between a store and its server.</summary>
internal sealed class Faults : DelegatingHandler
{
    private int requests;

    private Faults()
        : base(new SocketsHttpHandler())
    {
    }

    /// <summary>What happens instead of a request; null: it is sent.</summary>
    public Func<HttpRequestMessage, int, CancellationToken, Task<HttpResponseMessage?>>? Instead { get; set; }

    /// <summary>How many requests were made.</summary>
    public int Requests => requests;

    /// <summary>How many went wrong.</summary>
    public int Count { get; private set; }

    /// <summary>Hands itself to a client.</summary>
    public static (Faults Faults, Func<HttpMessageHandler> NewHandler) New()
    {
        var faults = new Faults();
        return (faults, () => faults);
    }

    public static HttpResponseMessage Answer(HttpStatusCode status, string body = "", string type = "application/xml") =>
        new(status) { Content = new StringContent(body, System.Text.Encoding.UTF8, body.Length > 0 ? type : "text/plain") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref requests);
        if (Instead is { } instead && await instead(request, number, cancellationToken) is { } answer)
        {
            Count++;
            answer.RequestMessage = request;
            if (request.Content is { } content)
            {
                await content.CopyToAsync(Stream.Null, cancellationToken);
            }

            return answer;
        }

        return await base.SendAsync(request, cancellationToken);
    }
}
