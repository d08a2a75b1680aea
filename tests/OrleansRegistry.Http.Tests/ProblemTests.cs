using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Rest.Tests;

namespace OrleansRegistry.Http.Tests;

/// <summary>Problem bodies, and what is the host's of them.</summary>
public sealed class ProblemTests
{
    private static readonly RegistryException Refusal = new(RegistryError.NotFound, "There is no 'Bücher'", "id");

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/json")]
    [InlineData("")]
    public async Task A_problem_is_answered_whatever_the_client_accepts_and_its_length_is_known(string accept)
    {
        await using var host = await FrontEndHost.StartAsync(Refusal);
        var answer = await host.Client.SendAsync("GET", "/things/x", null, ("Accept", accept));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            """{"type":"about:blank","title":"Not Found","status":404,"detail":"There is no 'Bücher'","field":"id","code":"not_found"}""", text);
        Assert.Null(answer.Headers.TransferEncodingChunked);
        await answer.ProblemAsync(404, "id");
        Assert.NotEqual(0, (await host.Client.SendAsync("HEAD", "/things/x")).Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_host_can_add_to_problems()
    {
        await using var host = await FrontEndHost.StartAsync(
            Refusal, services: services => services.AddProblemDetails(
                options => options.CustomizeProblemDetails = problem => problem.ProblemDetails.Extensions["node"] = 7));
        Assert.Equal(7, (await (await host.Client.SendAsync("GET", "/things/x")).ProblemAsync(404)).Number("node"));
    }

    [Fact]
    public async Task What_fails_outside_of_an_endpoint_is_a_problem_too()
    {
        await using var host = await FrontEndHost.StartAsync(use: app => app.Use((context, next) =>
            context.Request.Path == "/fails" ? throw new InvalidOperationException("secret") : next(context)));
        var answer = await host.Client.SendAsync("GET", "/fails");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Within_a_larger_application_endpoints_answer_problems_and_the_rest_is_the_hosts()
    {
        await using var host = await FrontEndHost.StartAsync(
            Refusal,
            prefix: "/registry",
            use: app => app.MapGet("/own", () => Results.StatusCode(418)));
        await (await host.Client.SendAsync("GET", "/registry/things/x")).ProblemAsync(404, "id");
        Assert.Null((await host.Client.SendAsync("GET", "/registry/nothing")).Content.Headers.ContentType);
        Assert.Equal(418, (int)(await host.Client.SendAsync("GET", "/own", null, ("Host", "other.example"))).StatusCode);
    }

    [Fact]
    public async Task A_hosts_own_endpoint_that_the_registry_refuses_answers_the_same_problem_and_its_own_faults_stay_its_own()
    {
        await using var host = await FrontEndHost.StartAsync(prefix: "/registry", use: app =>
        {
            app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = context => context.Response.WriteAsync("the host's own") });
            app.MapGet("/refused", () => { throw Refusal; });
            app.MapGet("/fails", () => { throw new InvalidOperationException(); });
        });
        await (await host.Client.SendAsync("GET", "/refused")).ProblemAsync(404, "id");
        Assert.Equal(
            "the host's own",
            await (await host.Client.SendAsync("GET", "/fails")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
