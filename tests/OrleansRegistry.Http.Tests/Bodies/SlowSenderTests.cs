using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace OrleansRegistry.Http.Tests.Bodies;

/// <summary>How long a body may take.</summary>
public sealed class SlowSenderTests
{
    private readonly FakeTimeProvider time = new();
    private readonly Pipe pipe = new();

    [Fact]
    public async Task A_body_has_two_minutes_in_all_however_steadily_it_comes()
    {
        var reading = Read();
        foreach (var piece in new[] { "{", "\"a\"", ":" })
        {
            await SendAsync(piece);
            time.Advance(TimeSpan.FromSeconds(39));
            Assert.False(reading.IsCompleted);
        }

        time.Advance(TimeSpan.FromSeconds(3));
        var late = await Assert.ThrowsAsync<HttpProblemException>(() => reading);
        Assert.Equal((408, "The body did not arrive within 120 seconds."), (late.StatusCode, late.Message));
    }

    [Fact]
    public async Task A_body_that_ends_within_it_is_read()
    {
        var reading = Read();
        await SendAsync("{\"a\":");
        time.Advance(TimeSpan.FromSeconds(119));
        await SendAsync("1}");
        await pipe.Writer.CompleteAsync();
        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString((await reading).Bytes.Span));
    }

    private async Task SendAsync(string piece) =>
        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(piece), TestContext.Current.CancellationToken);

    private Task<RequestBody> Read()
    {
        var context = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection().AddKeyedSingleton<TimeProvider>(RegistryTimeAttribute.ServiceKey, time).BuildServiceProvider(),
        };
        context.Features.Set<IRequestBodyPipeFeature>(new Body(pipe.Reader));
        context.Request.ContentType = "application/json";
        return RequestBody.ReadJsonAsync(context, 1000).AsTask();
    }

    private sealed record Body(PipeReader Reader) : IRequestBodyPipeFeature;
}
